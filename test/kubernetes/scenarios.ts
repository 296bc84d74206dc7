import { pullSecret } from './pull-secret.ts'
import { pullSecretController } from './pull-secret-controller.ts'
import { recordedProvider } from './recorded-provider.ts'
import type { Scenario } from './scenario.ts'
import { workloadIdentity } from './workload-identity.ts'

/** Every scenario there is, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [pullSecret, recordedProvider, pullSecretController, ...workloadIdentity]
