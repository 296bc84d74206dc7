import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { attributeBlob, type Hold } from './attribute-blob.ts'
import { type CostFigures, NO_COSTS } from './cost-scope.ts'
import { evenShare } from './even-share.ts'
import { type PlacedRepository, ScopeTree } from './scope-tree.ts'

const name = fc
  .array(fc.constantFrom('a', 'b', 'a-b', 'a.b', 'c'), { minLength: 1, maxLength: 4 })
  .map((components) => components.join('/'))
const repositories = fc.array(fc.record({ registryId: fc.constantFrom(1, 2), name }), { minLength: 1, maxLength: 12 })
const hold = fc.constantFrom<Hold>('live', 'deleted', 'unused')
const blobs = fc.array(
  fc.record({ sizeBytes: fc.nat({ max: 1000 }), holds: fc.dictionary(fc.nat({ max: 11 }).map(String), hold) }),
  { maxLength: 20 },
)

interface World {
  readonly placed: readonly PlacedRepository[]
  readonly held: readonly { readonly sizeBytes: number; readonly holds: ReadonlyMap<number, Hold> }[]
  readonly tree: ScopeTree
}

/** Repositories have their numbers from 1; what holds a blob that is not there is left out. */
const worlds = fc.tuple(repositories, blobs).map(([named, given]): World => {
  const placed = named.map((repository, index) => ({ ...repository, id: index + 1 }))
  const held = given
    .map(({ sizeBytes, holds }) => ({
      sizeBytes,
      holds: new Map(
        Object.entries(holds)
          .map(([index, held]) => [Number(index) + 1, held] as const)
          .filter(([id]) => id <= placed.length)
          .sort(([one], [other]) => one - other),
      ),
    }))
    .filter(({ holds }) => holds.size > 0)
  const tree = new ScopeTree(placed)
  for (const { sizeBytes, holds } of held) attributeBlob(sizeBytes, [...holds].map(holderIn(tree)))
  return { placed, held, tree }
})

function holderIn(tree: ScopeTree) {
  return ([id, hold]: readonly [number, Hold]) => {
    const scope = tree.repository(id)
    if (scope === undefined) throw new Error(`no scope of ${id}`)
    return { scope, hold }
  }
}

/** By the definitions, one scope at a time. */
function naive({ placed, held }: World, isInside: (repository: PlacedRepository) => boolean): CostFigures {
  const inside = new Set(placed.filter(isInside).map(({ id }) => id))
  const figures = { ...NO_COSTS }
  for (const { sizeBytes, holds } of held) {
    const ids = [...holds.keys()]
    const mine = ids.filter((id) => inside.has(id))
    if (mine.length === 0) continue
    const holdsOfMine = mine.map((id) => holds.get(id))
    const isDeleted = !holdsOfMine.includes('live') && holdsOfMine.includes('deleted')
    const isAlone = mine.length === ids.length
    figures.heldBytes += sizeBytes
    figures.aloneBytes += isAlone ? sizeBytes : 0
    figures.deletedHeldBytes += isDeleted ? sizeBytes : 0
    figures.deletedAloneBytes += isDeleted && isAlone ? sizeBytes : 0
    figures.logicalBytes += sizeBytes * holdsOfMine.filter((each) => each === 'live').length
    for (const id of mine) {
      const share = Math.floor(sizeBytes / ids.length)
      figures.attributedBytes += share + (ids.indexOf(id) < sizeBytes - share * ids.length ? 1 : 0)
    }
  }
  return figures
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

test('evenShare() gives whole bytes that add up, the remainder to the first', () => {
  expect([0, 1, 2].map((rank) => evenShare(11, 3, rank))).toEqual([4, 4, 3])
  expect(evenShare(Number.MAX_SAFE_INTEGER, 1, 0)).toBe(Number.MAX_SAFE_INTEGER)
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 50 }), (sizeBytes, ways) => {
      const shares = Array.from({ length: ways }, (_, rank) => evenShare(sizeBytes, ways, rank))
      expect(shares.map(BigInt).reduce((total, share) => total + share, 0n)).toBe(BigInt(sizeBytes))
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
      expect(shares).toEqual(shares.toSorted((one, other) => other - one))
    }),
  )
})

test('what repositories have of the blobs that they share is all there is, to the byte', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const all = sum(world.held.map(({ sizeBytes }) => sizeBytes))
      const attributed = world.placed.map(({ id }) => world.tree.repository(id)?.figures.attributedBytes ?? 0)
      expect(sum(attributed)).toBe(all)
      const { figures } = world.tree.installation
      expect([figures.attributedBytes, figures.aloneBytes, figures.heldBytes]).toEqual([all, all, all])
    }),
  )
})

test('every scope has what its definition says: repositories, namespaces of any depth, registries', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { tree, placed } = world
      for (const { id, registryId, name } of placed) {
        expect(tree.repository(id)?.figures).toEqual(naive(world, (one) => one.id === id))
        expect(tree.registry(registryId)?.figures).toEqual(naive(world, (one) => one.registryId === registryId))
        for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
          const path = name.slice(0, at)
          const isInside = (one: PlacedRepository) => one.registryId === registryId && one.name.startsWith(`${path}/`)
          expect(tree.namespace(registryId, path)?.figures).toEqual(naive(world, isInside))
        }
        expect(tree.namespace(registryId, `${name}/none`)).toBeUndefined()
      }
    }),
  )
})

test('a scope has as much as what lies in it, and no less than it holds alone, nor more than it holds', () => {
  fc.assert(
    fc.property(worlds, ({ tree, placed }) => {
      for (const { id } of placed) {
        for (let scope = tree.repository(id); scope !== undefined; scope = scope.parent) {
          const { aloneBytes, attributedBytes, heldBytes, deletedAloneBytes, deletedHeldBytes } = scope.figures
          expect(aloneBytes).toBeLessThanOrEqual(attributedBytes)
          expect(attributedBytes).toBeLessThanOrEqual(heldBytes)
          expect(deletedAloneBytes).toBeLessThanOrEqual(Math.min(aloneBytes, deletedHeldBytes))
        }
      }
      const registries = [1, 2].map((id) => tree.registry(id)?.figures.attributedBytes ?? 0)
      expect(sum(registries)).toBe(tree.installation.figures.attributedBytes)
    }),
  )
})

test('counts are those of what lies around it, too', () => {
  const tree = new ScopeTree([
    { id: 1, registryId: 1, name: 'team/app' },
    { id: 2, registryId: 1, name: 'team/app/child' },
    { id: 3, registryId: 2, name: 'team/app' },
  ])
  tree.repository(1)?.count({ repositories: 1, images: 3 })
  tree.repository(2)?.count({ repositories: 1, images: 4, deletedImages: 5 })
  tree.repository(3)?.count({ images: 8 })
  expect(tree.namespace(1, 'team')?.figures).toMatchObject({ repositories: 2, images: 7, deletedImages: 5 })
  expect(tree.namespace(1, 'team/app')?.figures).toMatchObject({ repositories: 1, images: 4 })
  expect(tree.registry(2)?.figures).toMatchObject({ repositories: 0, images: 8 })
  expect(tree.installation.figures).toMatchObject({ repositories: 2, images: 15 })
  expect(tree.registry(3)).toBeUndefined()
})

test('names of any depth make few scopes', () => {
  const deep = Array.from({ length: 100 }, (_, index) => `${'x/'.repeat(100)}${index}`)
  const tree = new ScopeTree(deep.map((each, index) => ({ id: index + 1, registryId: 1, name: each })))
  const scopes = new Set([tree.installation])
  for (let id = 1; id <= deep.length; id++) {
    for (let scope = tree.repository(id); scope !== undefined; scope = scope.parent) scopes.add(scope)
  }
  expect(scopes.size).toBeLessThan(2 * deep.length)
  expect(tree.namespace(1, 'x/x/x')).toBe(tree.namespace(1, 'x/x'))
})
