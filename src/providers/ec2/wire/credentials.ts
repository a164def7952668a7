import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { codePrompt } from '../../../core/code-prompt.js'
import { providerError } from '../errors/provider-errors.js'

type Provider = ReturnType<typeof defaultProvider>

/** What the SDK's chain goes by: another one may lead to other credentials. */
const known = new Map<string, Provider>()

/**
 * The SDK's own chain: environment, profiles with roles, single sign-on, web identity, instance role. A profile whose role asks
 * for a one-time code asks whoever runs this, once for all clients of the process: a code is taken once alone.
 */
export function credentialsOf(profile: string | undefined): Provider {
  const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_') || name === 'HOME')
  const key = JSON.stringify([profile, ...names.sort().map((name) => [name, process.env[name]])])
  const before = known.get(key)
  if (before) return before
  const made = defaultProvider({ ...(profile !== undefined && { profile }), mfaCodeProvider: askForCode })
  known.set(key, made)
  return made
}

async function askForCode(device: string): Promise<string> {
  const ask = codePrompt()
  if (ask) return ask(device)
  throw providerError('EC2_CODE_NEEDED', 'auth', `the role asks for a one-time code of ${device}`, {
    hint: 'run it on a terminal, or give the code in EVENKEEL_MFA_CODE',
    action: 'AssumeRole',
  })
}
