/** The SSH agent of this process; undefined: none runs. */
export function agentSocket(): string | undefined {
  const path = process.env['SSH_AUTH_SOCK']
  return path === '' ? undefined : path
}
