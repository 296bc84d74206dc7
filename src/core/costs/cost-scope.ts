/** What a scope holds and costs. Sizes are bytes in the blob store; manifests lie in the database. */
export interface CostFigures {
  /** Live ones; what deleted ones hold counts all the same. */
  readonly repositories: number
  readonly images: number
  /** In their restore window. */
  readonly deletedImages: number
  /** Each repository's live images' distinct blobs: what there would be if repositories shared nothing. */
  readonly logicalBytes: number
  /** Distinct blobs that any repository in it holds. */
  readonly heldBytes: number
  /** Of these, what no repository outside of it holds. */
  readonly aloneBytes: number
  /** What it has when every blob is split evenly among the repositories that hold it. These add up. */
  readonly attributedBytes: number
  /** Of `heldBytes` and of `aloneBytes`, what only deleted images of the scope hold: its windows end, and it is let go of. */
  readonly deletedHeldBytes: number
  readonly deletedAloneBytes: number
}

export type MutableFigures = { -readonly [Figure in keyof CostFigures]: number }

export const NO_COSTS: CostFigures = {
  repositories: 0,
  images: 0,
  deletedImages: 0,
  logicalBytes: 0,
  heldBytes: 0,
  aloneBytes: 0,
  attributedBytes: 0,
  deletedHeldBytes: 0,
  deletedAloneBytes: 0,
}

/** A repository, or what lies around it: a namespace, an account, the installation. */
export class CostScope {
  readonly parent: CostScope | undefined
  readonly figures: MutableFigures = { ...NO_COSTS }

  constructor(parent: CostScope | undefined) {
    this.parent = parent
  }

  /** Counts for this scope and for all that it lies in. */
  count(counted: Partial<Pick<CostFigures, 'repositories' | 'images' | 'deletedImages'>>): void {
    const { repositories = 0, images = 0, deletedImages = 0 } = counted
    for (let scope: CostScope | undefined = this; scope !== undefined; scope = scope.parent) {
      scope.figures.repositories += repositories
      scope.figures.images += images
      scope.figures.deletedImages += deletedImages
    }
  }
}
