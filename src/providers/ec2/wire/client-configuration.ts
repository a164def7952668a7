import type { EC2ClientConfig } from '@aws-sdk/client-ec2'
import { assert } from '../../../core/assert.js'
import { credentialsOf } from './credentials.js'
import type { Ec2Target } from './ec2-target.js'

export type ClientConfiguration = Pick<
  EC2ClientConfig,
  'region' | 'profile' | 'endpoint' | 'credentials' | 'maxAttempts' | 'logger' | 'requestHandler'
>

/** What calls are signed with, for a client of another AWS service; the endpoint only where it is the sandbox's. */
export function siblingConfigurationOf(target: Ec2Target): ClientConfiguration {
  return configurationOf(target.isSandbox === true ? target : { ...target, endpoint: undefined })
}

/**
 * One attempt a call: the SDK would retry creates that carry no token, and capacity errors because they are 500s;
 * retry-calls.ts does it by class. Connections are kept alive, more than all lanes together use.
 */
export function configurationOf({ region, profile, endpoint, credentials }: Ec2Target): ClientConfiguration {
  assert(endpoint === undefined || URL.canParse(endpoint), `not an address: ${endpoint}`)
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined
      ? { credentials: credentialsOf(profile) }
      : {
          credentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretAccessKey,
            ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
          },
        }),
    maxAttempts: 1,
    logger: silent,
    requestHandler: {
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      // Of an answer that has begun: the SDK waits a quarter of an hour for the rest of it.
      socketTimeout: 60_000,
      throwOnRequestTimeout: true,
    },
  }
}

/** Nothing is logged. Without `info` the SDK also saves itself a copy of each answer made for the log: 8 % of a large one. */
const silent = { debug: () => {}, warn: () => {}, error: () => {} } as unknown as NonNullable<EC2ClientConfig['logger']>
