import { permissions, type PermissionFacts } from '../../src/providers/ec2/permissions/facts.js'
import { needs } from '../../src/providers/ec2/permissions/needs.js'
import { policyOf } from '../../src/providers/ec2/permissions/policy.js'
import { parseStack } from '../../src/spec/parse.js'

/** The stack of the example policy. */
const example = `evenkeel: 1
stack: music-staging
target: { region: eu-central-1, account: "123456789012" }
servers:
  jukebox: { image: { owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }, type: t3.small }
volumes:
  music: { server: jukebox, size: 20, mount: /srv/music }
`

/** docs/permissions.md, from the table that `evenkeel iam-policy` follows. */
export function permissionsDocument(): string {
  return `# Permissions

What the credentials must be allowed to do. evenkeel calls no other action: this page and \`evenkeel iam-policy\` follow from
one table (\`src/providers/ec2/permissions/facts.ts\`), which a test compares with the source.

\`\`\`
evenkeel iam-policy staging.stack.yaml > role.json           # for the job that applies
evenkeel iam-policy staging.stack.yaml --read-only           # for the job that plans and looks for drift
\`\`\`

It prints the least policy for a stack, with only what the kinds of its file need:

- **What makes something** is allowed with the tag \`evenkeel:stack\` of this stack in the call, and tags only there.
- **What changes or takes away something** is allowed for what carries that tag. The tag cannot be given to anything else,
  and nothing of the stack's can be given to another one by it.
- **Reads** cannot be bound by tags: EC2's Describe actions take no resource.
- Everything is bound by region and account where \`target\` names them.
- Images, subnets, VPCs and the network interfaces that servers are launched with carry no tag of a stack; they are only used.

A test lives a whole life of every example under exactly this policy, in a sandbox that judges as IAM does.

What has left the file is not in the policy either. Where the last elastic address or the last server leaves it, apply under
the policy of the file before, then print the new one. A volume or snapshot that the file names by id is named in the policy.
\`restore\` from a checkpoint of another stack needs \`ec2:CreateVolume\` on that stack's snapshots beside.

## To look: \`plan\`, \`drift\`, \`show\`

${list('look')}
- \`ssm:GetParameters\`, for images (\`image: { ssm: … }\`) and variables (\`valueFrom: { ssm: … }\`) that are named by a
  parameter, on these parameters; \`kms:Decrypt\` too, where such a SecureString has a key of one's own

- \`ec2-instance-connect:SendSSHPublicKey\`, where servers are entered from machines without their keys
  ([security.md](security.md#getting-in)): with \`--instance-connect\` the policy has it, for the stack's servers, and for their login
  users alone where the file names each (\`user\`). Whoever has it logs in there

## To change: \`apply\`, \`destroy\`, \`checkpoint\`, \`restore\` and the others

All of the above, and:

${list('change')}

Servers with an instance profile (\`iamInstanceProfile\`) need \`iam:PassRole\` on the role that is in it: EC2 asks whether
whoever gives a role to a server may. EC2 does not say which role that is, so the policy allows all of the account's that are
given to EC2; write the role's ARN there.

Volumes encrypted with a key of one's own (\`kmsKey\`) need \`kms:CreateGrant\`, \`kms:Decrypt\`, \`kms:DescribeKey\`,
\`kms:GenerateDataKeyWithoutPlaintext\` and \`kms:ReEncrypt*\` on that key; EC2 asks for them in evenkeel's name, and a
volume whose key it may not use fails some seconds after its creation was accepted. The policy has them for the keys that the
file names; where the account encrypts by default with a key of its own, add them for that one.

\`from: my-ip\` asks \`https://checkip.amazonaws.com\` for this machine's address, without credentials.

## An example

For a server with a volume:

\`\`\`json
${JSON.stringify(examplePolicy(), null, 2)}
\`\`\`

## Trying a policy in the sandbox

\`\`\`
evenkeel sandbox up --policy role.json
\`\`\`

The sandbox's access key may then do what the policy allows, and is refused in EC2's words otherwise; \`DryRun\` answers the same.
The file is read at each start of the sandbox, and told with the place where it is wrong; \`--policy off\` ends it. While the
sandbox runs, another policy can be put in its place, e.g. a reader's for one job of several:

\`\`\`
curl -X PUT --data @reader.json "$AWS_ENDPOINT_URL/_evenkeel/policy"     # null: it may do everything
\`\`\`

It knows \`Effect\`, \`Action\`, \`NotAction\`, \`Resource\`, \`NotResource\` and \`Condition\` with all string, numeric, date,
\`Bool\`, ARN and \`Null\` operators, \`IfExists\`, \`ForAllValues\` and \`ForAnyValue\`. Condition keys that it cannot judge,
policy variables (\`\${…}\`) and \`IpAddress\` are refused rather than taken for something. Each action is authorized against
the resources that the Service Authorization Reference names. Two things are not known of EC2 and chosen here: a resource that
does not exist is judged as one without tags, and a disassociation is judged by the elastic address alone.
The encoded part of a refusal is read with \`aws sts decode-authorization-message\`, from the sandbox too.
`
}

function list(part: PermissionFacts['part']): string {
  return permissions
    .filter((facts) => facts.part === part)
    .map(({ action, need, makes, own, beside }) => {
      const bound = [
        makes && `makes ${typesIn(makes)}`,
        own && `on the stack's ${typesIn(own)}`,
        beside && `beside ${typesIn(beside)}`,
      ].filter((text) => text !== undefined)
      const why = need === 'any' ? [] : [`for ${needs[need].words}`]
      const rest = [...why, ...bound].join('; ')
      return `- \`ec2:${action}\`${rest === '' ? '' : `: ${rest}`}`
    })
    .join('\n')
}

function typesIn(types: readonly string[]): string {
  return types.map((type) => `\`${type}\``).join(', ')
}

function examplePolicy() {
  const parsed = parseStack({ file: 'music.stack.yaml', text: example })
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('\n'))
  return policyOf(parsed.spec)
}
