/**
 * Writes the stack file of BENCH_STACK servers and the world in which all of it is in place but for one server in a hundred, as
 * the tests make them: FOLDER/stack.yaml, and FOLDER/world.jsonl with a resource a line, so that whoever reads it need not hold
 * the text. A process of its own: what making a world takes is not to count.
 */
import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , bundle, folder] = process.argv
const { fullStackText, fullWorld, specOf, withHands } = await import(bundle)
const text = fullStackText(Number(process.env.BENCH_STACK))
const { servers, volumes, hosts, syncs, ...rest } = withHands(fullWorld(specOf(text)))
writeFileSync(join(folder, 'stack.yaml'), text)
const out = createWriteStream(join(folder, 'world.jsonl'))
const write = (kind, value) => out.write(`${JSON.stringify([kind, value])}\n`)
write('rest', rest)
for (const server of servers) write('servers', server)
for (const volume of volumes) write('volumes', volume)
for (const entry of Object.entries(hosts)) write('hosts', entry)
for (const entry of Object.entries(syncs)) write('syncs', entry)
await new Promise((resolve) => out.end(resolve))
