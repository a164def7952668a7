import type { Command, Option } from 'commander'
import type { StackSpec } from '../../../model/stack-spec.js'

/** What may stand where the cursor is: words, or `files` of this machine. */
export interface Candidates {
  readonly words: readonly Candidate[]
  readonly files: boolean
}

export interface Candidate {
  readonly word: string
  /** One line; `''` for none. */
  readonly about: string
  /** Another way to write it, for whoever begins with that. */
  readonly short?: string
}

/** The addresses of a stack file, read when they are asked for; undefined where there is none that can be read. */
type ReadStack = (file: string | undefined) => StackSpec | undefined

const nothing: Candidates = { words: [], files: false }
const files: Candidates = { words: [], files: true }

/**
 * What can complete the last of some words behind `evenkeel`, which need not be whole: commands, options, values of options, and
 * what the arguments of a command name. Words that do not begin with it are left out; order means nothing.
 */
export function candidatesFor(program: Command, words: readonly string[], readStack: ReadStack): Candidates {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  let command = program
  let arguments_ = 0
  let file: string | undefined
  let awaited: Option | undefined
  for (const [index, word] of before.entries()) {
    if (awaited) {
      if (awaited.long === '--file') file = word
      awaited = undefined
    } else if (word === '--') {
      // Behind it stands somebody else's command line.
      if (words[index + 1] !== undefined) return files
    } else if (word.startsWith('-') && word !== '-') {
      const [name = '', value] = word.split('=', 2)
      const option = optionNamed(command, name)
      if (value !== undefined && option?.long === '--file') file = value
      else if (value === undefined && option?.required === true) awaited = option
    } else {
      const inner: Command | undefined =
        arguments_ === 0 ? command.commands.find((one) => one.name() === word) : undefined
      if (inner) command = inner
      else {
        if (command.registeredArguments[arguments_]?.name() === 'file') file = word
        arguments_ += 1
      }
    }
  }
  if (awaited)
    return beginningWith(
      typed,
      valuesOf(awaited, () => readStack(file)),
    )
  const [name, value] = splitAtEquals(typed)
  if (value !== undefined) {
    const option = optionNamed(command, name)
    if (!option) return nothing
    const values = valuesOf(option, () => readStack(file))
    return beginningWith(typed, {
      ...values,
      words: values.words.map(({ word, about }) => ({ word: `${name}=${word}`, about })),
    })
  }
  if (typed.startsWith('-')) return beginningWith(typed, { words: optionsOf(command), files: false })
  const commands = arguments_ === 0 ? command.commands.filter((one) => !isHidden(one)) : []
  const inner = commands.map((one) => ({ word: one.name(), about: oneLine(one.description()) }))
  const named = argumentValues(command, arguments_, () => readStack(file))
  return beginningWith(typed, { words: [...inner, ...named.words], files: named.files })
}

function beginningWith(typed: string, { words, files: also }: Candidates): Candidates {
  const whole = words.filter(({ word }) => word.startsWith(typed))
  if (whole.length > 0) return { words: whole, files: also }
  const shorter = words.flatMap(({ short, about }) =>
    short?.startsWith(typed) === true ? [{ word: short, about }] : [],
  )
  return { words: shorter, files: also }
}

function splitAtEquals(word: string): readonly [string, string?] {
  const equals = word.indexOf('=')
  return word.startsWith('--') && equals > 0 ? [word.slice(0, equals), word.slice(equals + 1)] : [word]
}

function optionNamed(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name)
}

function optionsOf(command: Command): readonly Candidate[] {
  const own = command.options.filter(({ hidden }) => !hidden)
  const named = own.flatMap(({ long, description }) =>
    long === undefined ? [] : [{ word: long, about: oneLine(description) }],
  )
  return [...named, { word: '--help', about: 'help about it' }]
}

/** Of an option: its choices, or what its placeholder stands for. */
function valuesOf({ argChoices, flags }: Option, spec: () => StackSpec | undefined): Candidates {
  if (argChoices) return { words: argChoices.map((word) => ({ word, about: '' })), files: false }
  const [, placeholder = ''] = /<([^>]+)>|\[([^\]]+)\]/.exec(flags) ?? []
  return meant[placeholder]?.(spec) ?? nothing
}

function argumentValues(command: Command, index: number, spec: () => StackSpec | undefined): Candidates {
  const all = command.registeredArguments
  const last = all.at(-1)
  const argument = all[index] ?? (last?.variadic === true ? last : undefined)
  return (argument && meant[argument.name()]?.(spec)) ?? nothing
}

type Meaning = (spec: () => StackSpec | undefined) => Candidates

type List = 'servers' | 'volumes' | 'syncs'

/** Addresses of one kind, which need not be said. */
const ofKind =
  (list: List): Meaning =>
  (spec) => ({
    words: addressesOf(spec(), list).map((word) => ({ word, short: withoutKind(word), about: '' })),
    files: false,
  })

function addressesOf(spec: StackSpec | undefined, list: List): readonly string[] {
  return (spec?.[list] ?? []).map(({ address }) => address)
}

function withoutKind(address: string): string {
  return address.slice(address.indexOf('.') + 1)
}
const fileMeaning: Meaning = () => files

/** What the names of arguments and the placeholders of options stand for; of others nothing is known. */
const meant: Readonly<Record<string, Meaning>> = {
  file: fileMeaning,
  files: fileMeaning,
  directory: fileMeaning,
  path: fileMeaning,
  policy: fileMeaning,
  server: ofKind('servers'),
  servers: ofKind('servers'),
  volume: ofKind('volumes'),
  rule: ofKind('syncs'),
  address: (read) => {
    const spec = read()
    const all = (['servers', 'volumes', 'syncs'] as const).flatMap((list) => addressesOf(spec, list))
    return { words: all.map((word) => ({ word, about: '' })), files: false }
  },
  paths: (read) => {
    const spec = read()
    const servers = addressesOf(spec, 'servers').map((address) => `${withoutKind(address)}:/`)
    const volumes = addressesOf(spec, 'volumes').map((address) => `${address}/`)
    return { words: [...servers, ...volumes].map((word) => ({ word, about: '' })), files: true }
  },
  target: () => ({ words: [{ word: 'sandbox', about: 'the embedded EC2 endpoint' }], files: false }),
  shell: () => ({ words: ['bash', 'zsh', 'fish'].map((word) => ({ word, about: '' })), files: false }),
}

/** Commander keeps whether a command is hidden to itself. */
function isHidden(command: Command): boolean {
  return command.name().startsWith('__')
}

/** Descriptions are of one line, and a tab ends a candidate. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
