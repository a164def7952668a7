import { recordProof } from './record-proof.js'

/** Writes what a script outside of this folder has printed: its name, then its lines. */
const [name = '', ...lines] = process.argv.slice(2)
recordProof(name, undefined, lines)
