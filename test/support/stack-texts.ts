/** The head of a stack file, and one server with a key pair and a group of its own: what most tests of plans start from. */
export const head = 'evenkeel: 1\nstack: demo\ntarget: sandbox\n'
export const oneServer = `${head}servers:\n  web: { image: ami-00000001, type: t3.small }\n`

/** `oneServer` with a volume of these members. */
export function withVolume(members: string): string {
  return `${oneServer}volumes:\n  data: { ${members} }\n`
}
