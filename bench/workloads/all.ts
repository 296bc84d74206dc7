import type { Workload } from '../workload.ts'
import { IMAGES } from './images.ts'
import { PUSHES } from './pushes.ts'
import { READS } from './reads.ts'
import { scale } from './scale.ts'
import { uploadMemory } from './upload-memory.ts'

/** Everything that `npm run bench` measures, in the order of its table. */
export const WORKLOADS: readonly Workload[] = [...READS, ...PUSHES, ...IMAGES, scale, uploadMemory]
