// Makes a repository for releases with Amazon's own SDK: a released tag stays what it is, `dev-…` tags may move.
//
//   AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… node_modules/.bin/bun examples/release-repository.ts http://127.0.0.1:5000 team/app
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  RepositoryAlreadyExistsException,
} from '@aws-sdk/client-ecr'

const [endpoint, repositoryName] = process.argv.slice(2)
if (endpoint === undefined || repositoryName === undefined) throw new Error('give the URL and the repository')
const ecr = new ECRClient({ endpoint, region: 'us-east-1' })

try {
  await ecr.send(
    new CreateRepositoryCommand({
      repositoryName,
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
    }),
  )
} catch (error) {
  // Running it twice is no mistake.
  if (!(error instanceof RepositoryAlreadyExistsException)) throw error
}
const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }))
console.log(`${repositories?.[0]?.repositoryUri} ${repositories?.[0]?.imageTagMutability}`)
