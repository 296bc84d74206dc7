import type { Digest } from '../digest.ts'
import { accessorySubject } from '../tags/accessory-tag.ts'
import { AccessorySubjects } from './accessory-subjects.ts'
import { Adjacency } from './adjacency.ts'
import { DigestTable } from './digest-table.ts'
import { imageAt, type LifecycleImage } from './lifecycle-image.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'

/**
 * How the manifests of a snapshot hang together, by their places in it; what is not in it is left out, and what names
 * itself. Takes time in proportion to the edges, however they run.
 */
export interface ManifestGraph {
  /** Of the snapshot. */
  readonly size: number
  readonly children: Adjacency
  /** The indexes that hold it. */
  readonly parents: Adjacency
  readonly referrers: Adjacency
  readonly subjects: Adjacency
  /** Referrers by their tags alone: all of them stand for subjects that are here. */
  readonly accessories: ReadonlySet<number>
}

interface EdgeList {
  readonly from: number[]
  readonly to: number[]
}

/** In the unit `image`, a manifest whose tags all stand for a subject is a referrer as well. */
export function graphOf(images: readonly LifecycleImage[], unit: LifecyclePolicy['unit']): ManifestGraph {
  const held: EdgeList = { from: [], to: [] }
  const referring: EdgeList = { from: [], to: [] }
  const accessories = new Set<number>()
  if (images.some((image) => mayHaveEdges(image, unit))) {
    const table = new DigestTable(images)
    const accessorySubjects = new AccessorySubjects(images, table)
    const find = (digest: Digest, self: number) => otherThan(self, table.find(digest))
    for (let index = 0; index < images.length; index++) {
      const image = imageAt(images, index)
      for (const child of image.children) link(held, index, find(child, index))
      if (image.subject !== undefined) link(referring, index, find(image.subject, index))
      if (unit === 'manifest' || !isAccessoryTagged(image)) continue
      const starts = image.tags.map(({ tag }) => accessorySubject(tag))
      const places = starts.map((start) => (start === undefined ? -1 : otherThan(index, accessorySubjects.find(start))))
      if (places.includes(-1)) continue
      accessories.add(index)
      for (const place of places) link(referring, index, place)
    }
  }
  const [children, parents] = bothWays(images.length, held)
  const [subjects, referrers] = bothWays(images.length, referring)
  return { size: images.length, children, parents, referrers, subjects, accessories }
}

function mayHaveEdges(image: LifecycleImage, unit: LifecyclePolicy['unit']): boolean {
  return image.children.length > 0 || image.subject !== undefined || (unit === 'image' && isAccessoryTagged(image))
}

function isAccessoryTagged({ tags }: LifecycleImage): boolean {
  if (tags.length === 0) return false
  for (const { tag } of tags) if (accessorySubject(tag) === undefined) return false
  return true
}

function otherThan(self: number, place: number): number {
  return place === self ? -1 : place
}

function link(edges: EdgeList, from: number, to: number): void {
  if (to === -1) return
  edges.from.push(from)
  edges.to.push(to)
}

function bothWays(nodes: number, { from, to }: EdgeList): [Adjacency, Adjacency] {
  const edges = from.length === 0 ? 0 : nodes
  return [new Adjacency(edges, from, to), new Adjacency(edges, to, from)]
}
