import { stringify } from 'yaml'

/** What somebody who begins wants. */
export interface FirstStack {
  readonly stack: string
  /** `sandbox` or a region. */
  readonly target: string
  readonly servers: number
  /** Instance type. */
  readonly type: string
  /** GiB; 0: no volume. */
  readonly volume: number
  /** Path of a public key; `generated`: one of the stack's own. */
  readonly key: string
}

/** The text of a stack file, with comments for somebody who sees one for the first time. */
export function firstStackText(wanted: FirstStack): string {
  const sections = [headText(wanted), keyText(wanted), doorText, serverText(wanted), volumeText(wanted)]
  return sections.filter((section) => section !== '').join('\n')
}

function headText({ stack, target }: FirstStack): string {
  return `# yaml-language-server: $schema=stack.schema.json
#
# Editors complete and check this file by \`evenkeel schema > stack.schema.json\`.

evenkeel: 1

# The stack's identity: everything that belongs to it in EC2 carries this name in a tag. There is no state file.
stack: ${quoted(stack)}

${
  target === 'sandbox'
    ? '# An EC2 endpoint on this machine whose instances are real Linux hosts. For the cloud: { region: eu-central-1 }\ntarget: sandbox'
    : `# Credentials are found as the AWS command line finds them. \`account: "123456789012"\` refuses every other account.\ntarget: { region: ${quoted(target)} }`
}
`
}

function keyText({ key }: FirstStack): string {
  if (key === 'generated') return ''
  return `keyPairs:
  # Its private half, on this machine or in an agent, opens the servers.
  login: { publicKey: ${quoted(key)} }
`
}

const doorText = `securityGroups:
  web:
    description: SSH from here, HTTP from everywhere
    ingress:
      - { port: 22, from: my-ip } # the address of the machine that runs evenkeel
      - { port: 80, from: 0.0.0.0/0 }
`

function serverText({ servers, type, key }: FirstStack): string {
  const count = servers === 1 ? '' : `\n    count: ${servers} # server.web[0] to server.web[${servers - 1}]`
  const keyPair =
    key === 'generated'
      ? '    # No key pair is named, so the stack gets one of its own, which stays on this machine.\n'
      : '    keyPair: login\n'
  return `servers:
  web:${count}
    # The newest image of this name, from Debian's own account.
    image: { owner: '136693071363', name: 'debian-12-${architecture(type)[0]}-*', architecture: ${architecture(type)[1]} }
    type: ${quoted(type)}
${keyPair}    securityGroups: [web]
    # setup: [sudo apt-get update, sudo apt-get install -y nginx] # over SSH, on a new server and when this list changes
`
}

function volumeText({ volume, servers }: FirstStack): string {
  if (volume === 0) return ''
  return `volumes:
  data:
    server: ${servers === 1 ? 'web' : "'web[0]'"}
    size: ${volume} # GiB
    mount: /srv/data
    # When this entry goes, or the stack, the data stays behind as a snapshot; \`reuse\` takes it up again.
    reuse: true
`
}

/** AWS, "Amazon EC2 instance type naming conventions": `g` behind the generation is Graviton, which is arm64. */
function architecture(type: string): readonly [debian: string, ec2: string] {
  return /^(?:a1|[a-z]+\d+g[a-z]*)\./.test(type) ? ['arm64', 'arm64'] : ['amd64', 'x86_64']
}

/** A text as a scalar: plain where nothing in it could mean something else. */
function quoted(text: string): string {
  const isPlain = /^[\w~/][\w./-]*$/.test(text) && stringify(text, { compat: 'yaml-1.1' }) === `${text}\n`
  if (isPlain) return text
  return /^[ -&(-~]*$/.test(text) ? `'${text}'` : JSON.stringify(text)
}
