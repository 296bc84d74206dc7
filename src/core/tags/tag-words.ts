/** Words that tags of a kind begin or end with, in lower case. */

export const ENVIRONMENT_WORDS: ReadonlySet<string> = new Set([
  ...['prod', 'production', 'prd', 'live', 'preprod', 'nonprod'],
  ...['staging', 'stage', 'stg', 'dev', 'development', 'test', 'testing', 'tst', 'qa', 'uat', 'sit'],
  ...['integration', 'acceptance', 'acc', 'perf', 'sandbox', 'demo', 'preview', 'canary'],
])

/** Branches that most repositories have. */
export const BRANCH_WORDS: ReadonlySet<string> = new Set(['main', 'master', 'develop', 'trunk', 'head'])

export const STABLE_WORDS: ReadonlySet<string> = new Set([
  ...BRANCH_WORDS,
  ...['latest', 'stable', 'oldstable', 'unstable', 'edge', 'current', 'mainline', 'rolling', 'tip', 'next'],
  ...['nightly', 'daily', 'weekly', 'devel', 'snapshot', 'default'],
])

/** These alone move; `rc-1` and `beta2` do not. */
export const CHANNELS: ReadonlySet<string> = new Set(['alpha', 'beta', 'rc', 'release'])

/** What stands before a hash to say that it is one. */
export const COMMIT_WORDS: ReadonlySet<string> = new Set(['sha', 'git', 'commit', 'rev'])
