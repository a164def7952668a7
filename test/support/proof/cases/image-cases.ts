import { image } from '../../stacks.js'
import { apply, type CrashCase } from './crash-case.js'

const web = '  web: { image: image.golden, type: t3.small, zone: us-east-1a }\n'

/** An image of a builder; `said` stands on the builder's disk, so that another word makes another version. */
const golden = (more: string, said = 'one', servers = '') => `evenkeel: 1
stack: gold
target: sandbox
images:
  golden: { from: server.builder, ${more} }
servers:
  builder: { image: ${image}, type: t3.small, zone: us-east-1a, userData: "#${said}", onUserDataChange: replace }
${servers}`
const plain = golden('keep: 1').replace(/images:\n.*\n/, '')
const copied = "regions: [eu-central-1], share: ['123456789012'], keep: 1"

export const imageCases: readonly CrashCase[] = [
  { name: 'image-create', before: [], work: apply(golden(copied, 'one', web)) },
  { name: 'image-of-server', before: [apply(plain)], work: apply(golden('keep: 2')) },
  { name: 'image-version', before: [apply(golden(copied))], work: apply(golden(copied, 'two')) },
  {
    name: 'image-version-used',
    before: [apply(golden('keep: 1', 'one', web))],
    work: apply(golden('keep: 1', 'two', web)),
  },
  {
    name: 'image-keep',
    before: ['one', 'two', 'three'].map((said) => apply(golden('keep: 3', said))),
    work: apply(golden('keep: 1', 'three')),
  },
  {
    name: 'image-rebuild',
    before: [apply(golden('keep: 2'))],
    work: { kind: 'apply', text: golden('keep: 2'), rebuild: ['image.golden'] },
    after: apply(golden('keep: 2')),
    asked: { action: 'CreateImage' },
  },
  { name: 'image-copy', before: [apply(golden('keep: 1'))], work: apply(golden(copied)) },
  { name: 'image-copy-end', before: [apply(golden(copied))], work: apply(golden('keep: 1')) },
  { name: 'image-remove', before: [apply(golden(copied))], work: apply(plain) },
  {
    name: 'image-destroy',
    before: [apply(golden(copied, 'one', web))],
    work: { kind: 'destroy', text: golden(copied, 'one', web) },
  },
]
