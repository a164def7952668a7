import fc from 'fast-check'
import { expect } from 'vitest'
import type { StubServer } from './stub-server.js'
import type { Transcript } from './stub-programs.js'

/** Something that is done on a server with texts in its fields. */
export interface Operation<Field extends string> {
  readonly fields: Readonly<Record<Field, fc.Arbitrary<string>>>
  readonly run: (values: Readonly<Record<Field, string>>) => Promise<unknown>
  readonly numRuns?: number
  /** Some of its programs begin at one time, each in its turn. */
  readonly isParallel?: boolean
  /** Fields that no program there is told. */
  readonly untold?: readonly Field[]
}

/**
 * Does something with plain words first, then with any others: each time the same programs must run with the same words,
 * but for the values, each of which is where the plain one was, as it is. So no value is split, expanded, lost or run.
 */
export async function expectSameTranscript<Field extends string>(
  server: StubServer,
  { fields, run, numRuns = 12, isParallel = false, untold = [] }: Operation<Field>,
): Promise<void> {
  const names = Object.keys(fields) as Field[]
  const plain = Object.fromEntries(names.map((name) => [name, `plain${name}`])) as Record<Field, string>
  const transcriptOf = async (values: Readonly<Record<Field, string>>) => {
    await run(values)
    return comparable(await server.takeTranscript())
  }
  const ordered = (calls: Transcript) => (isParallel ? calls.map((call) => call.join('\0')).toSorted() : calls)
  await server.takeTranscript()
  const expected = await transcriptOf(plain)
  const told = expected.flat().join(' ')
  expect(names.filter((name) => !told.includes(plain[name]))).toEqual(untold)
  const property = fc.asyncProperty(fc.record(fields) as fc.Arbitrary<Record<Field, string>>, async (values) => {
    expect(ordered(await transcriptOf(values))).toEqual(ordered(exchanged(expected, values)))
  })
  await fc.assert(property, { numRuns, endOnFailure: true })
}

function exchanged(transcript: Transcript, values: Readonly<Record<string, string>>): Transcript {
  const names = Object.keys(values).toSorted((left, right) => right.length - left.length)
  const plain = new RegExp(`plain(${names.join('|')})`, 'g')
  return transcript.map((call) => call.map((word) => word.replace(plain, (_match, name: string) => values[name] ?? '')))
}

/** Without what differs from time to time, mktemp's names, and without the one pattern in which a name is escaped. */
function comparable(transcript: Transcript): Transcript {
  const words = (call: readonly string[]) => call.filter((word) => !word.endsWith('/lost+found/'))
  return transcript.map((call) => words(call).map((word) => word.replace(/(\/evenkeel-grow|\/tmp)\.\w{6,10}\b/, '$1')))
}
