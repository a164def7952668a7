import { createInterface } from 'node:readline/promises'
import { Cancelled, UsageError } from '../core/errors.js'

/** The code in EVENKEEL_MFA_CODE, or what is typed on the terminal; rejects at once where there is none, as in CI. */
export async function askForCode(device: string): Promise<string> {
  const given = process.env['EVENKEEL_MFA_CODE']
  if (given !== undefined && given !== '') return given
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(
      'EC2_CODE_NEEDED',
      `the role asks for a one-time code of ${device}, and there is no terminal`,
      {
        hint: 'give the code in EVENKEEL_MFA_CODE; a CI job takes on a role by its web identity, without a code',
      },
    )
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(`One-time code of ${device}: `)).trim()
  } catch {
    throw new Cancelled('nothing was done: interrupted at the question')
  } finally {
    lines.close()
  }
}
