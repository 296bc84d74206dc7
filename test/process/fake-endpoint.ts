export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string
}

/** Stands in for a server where a test must see what was sent to it, or answer what ours would not. */
export interface FakeEndpoint extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly seen: readonly SeenRequest[]
}

export function startFakeEndpoint(
  answer: (request: SeenRequest) => Response,
  tls?: { readonly cert: string; readonly key: string },
): FakeEndpoint {
  const seen: SeenRequest[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    ...(tls === undefined ? {} : { tls }),
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      const one = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.text(),
      }
      seen.push(one)
      return answer(one)
    },
  })
  const url = server.url.origin
  return { url, host: new URL(url).host, seen, [Symbol.asyncDispose]: () => server.stop(true) }
}

/** What GetAuthorizationToken answers. */
export function tokenAnswer(password: string, lifetimeMs = 12 * 3_600_000): Response {
  const expiresAt = (Date.now() + lifetimeMs) / 1000
  return Response.json({ authorizationData: [{ authorizationToken: btoa(`AWS:${password}`), expiresAt }] })
}

/** What STS answers to AssumeRoleWithWebIdentity. */
export function assumedRoleAnswer(): Response {
  const expiration = new Date(Date.now() + 3_600_000).toISOString()
  return new Response(
    `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>ASIAROLESESSION00000</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>
<SessionToken>role-session-token</SessionToken><Expiration>${expiration}</Expiration></Credentials>
<AssumedRoleUser><Arn>arn:aws:sts::000000000000:assumed-role/ci/job</Arn><AssumedRoleId>AROA1:job</AssumedRoleId></AssumedRoleUser>
</AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`,
    { headers: { 'content-type': 'text/xml' } },
  )
}
