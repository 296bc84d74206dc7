import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { SETTING_NAMES } from '../../core/settings/settings.ts'
import { getEffectiveSettings as get } from '../../services/settings/get-settings.ts'
import { defineOperation } from './define-operation.ts'
import { settingView, viewSetting } from './setting-fields.ts'

/** `GET /api/v1/effective-settings` */
export const getEffectiveSettings = defineOperation('GetEffectiveSettings', {
  method: 'get',
  path: '/effective-settings',
  summary: 'Shows all settings that count for a repository, and where each comes from.',
  decidedIn: "caller's account",
  query: z.strictObject({ repository: z.string().max(255) }),
  output: z.strictObject({
    settings: z.array(settingView).describe('Where a name is more than once, all of them count, farthest first.'),
  }),
  repository: ({ query }) => parseRepositoryName(query.repository),
  handle: async ({ services, caller }, { query }) => {
    const name = parseRepositoryName(query.repository)
    const effective = await get(services, caller, { kind: 'repository', name })
    return { settings: SETTING_NAMES.flatMap((setting) => effective[setting].map(viewSetting)) }
  },
})
