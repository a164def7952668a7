/** Where a text of the stack file ends up, and what can be held there. */
export interface TextLimit {
  /** Keys from the section down; `*` stands for any one of them, also for an index. */
  readonly at: readonly string[]
  /** What it is, in a message: "a mount point". */
  readonly what: string
  /** Bytes of UTF-8. */
  readonly bytesMax: number
  /** Whether each part between slashes is bound too. */
  readonly isPath?: true
}

/** A path that Linux takes: limits.h, PATH_MAX with the NUL at its end, and NAME_MAX for each part. */
const pathBytesMax = 4095
export const nameBytesMax = 255

/**
 * Texts that go into a program or a script as they stand, lines and all. Whatever else a stack file says is one line.
 * They run over standard input, so that their length has no bound; user data's is EC2's, and checked with the server.
 */
export const programTexts: readonly (readonly string[])[] = [
  ['servers', '*', 'userData'],
  ['scalingGroups', '*', 'userData'],
  ['servers', '*', 'setup', '*'],
  ['servers', '*', 'rolling', 'health'],
  ['sync', '*', 'onChange'],
  ['sync', '*', 'rolling', 'health'],
]

/**
 * Lengths that no pattern of the schema bounds. Tags, labels and user data are checked where their other rules are. A mount
 * point stands in a tag too: EC2 API, "Tag restrictions". Names of users and groups: useradd(8). Options: mount(2), a page.
 */
export const textLimits: readonly TextLimit[] = [
  ...[['mount'], ['mount', 'path']].map((keys) => ({
    at: ['volumes', '*', ...keys],
    what: 'a mount point',
    bytesMax: 256,
    isPath: true as const,
  })),
  ...[['options'], ['mount', 'options']].map((keys) => ({
    at: ['volumes', '*', ...keys],
    what: 'a list of mount options',
    bytesMax: 4095,
  })),
  ...[['owner'], ['mount', 'owner']].map((keys) => ({
    at: ['volumes', '*', ...keys],
    what: 'user:group',
    bytesMax: 65,
  })),
  { at: ['sync', '*', 'owner'], what: 'user:group', bytesMax: 65 },
  { at: ['sync', '*', 'chmod'], what: 'a list of modes', bytesMax: 1024 },
  ...[['from'], ['from', '*'], ['to']].map((keys) => ({
    at: ['sync', '*', ...keys],
    what: 'an end of a sync rule',
    bytesMax: pathBytesMax,
    isPath: true as const,
  })),
  ...['include', 'exclude'].map((key) => ({ at: ['sync', '*', key, '*'], what: 'a pattern', bytesMax: pathBytesMax })),
  { at: ['archives', '*', 'exclude', '*'], what: 'a pattern', bytesMax: pathBytesMax },
  { at: ['archives', '*', 'from'], what: 'a path', bytesMax: pathBytesMax, isPath: true },
  // EC2 API, CreateVolume: an id, an ARN or an alias of KMS, whose longest name has 256 characters (KMS API, CreateAlias).
  { at: ['volumes', '*', 'kmsKey'], what: 'a KMS key', bytesMax: 2048 },
  // EC2 API, ImportKeyPair: at most 2048 characters of key material.
  { at: ['keyPairs', '*', 'publicKey'], what: 'a public key, or the path of one,', bytesMax: pathBytesMax },
  // EC2 API, Filter: values of at most 255 characters.
  ...[
    ['servers', '*'],
    ['archives', '*', 'server'],
  ].flatMap((entry) => [
    { at: [...entry, 'image', 'name'], what: 'the name of an image', bytesMax: 255 },
    { at: [...entry, 'type'], what: 'an instance type', bytesMax: 64 },
    { at: [...entry, 'zone'], what: 'a zone', bytesMax: 64 },
    // SSM API, GetParameter: a full name of at most 2048 characters.
    { at: [...entry, 'image', 'ssm'], what: 'the name of a parameter', bytesMax: 2048 },
  ]),
  // EC2 API, CreateImage: a description of at most 255 characters.
  { at: ['images', '*', 'description'], what: 'the description of an image', bytesMax: 255 },
  { at: ['images', '*', 'from'], what: 'a server or the id of a snapshot', bytesMax: 64 },
  { at: ['images', '*', 'user'], what: 'a login name', bytesMax: 32 },
  { at: ['images', '*', 'regions', '*', 'kmsKey'], what: 'a KMS key', bytesMax: 2048 },
  { at: ['target', 'profile'], what: 'a profile', bytesMax: 255 },
  { at: ['target', 'region'], what: 'a region', bytesMax: 64 },
  { at: ['target', 'endpoint'], what: 'an endpoint', bytesMax: 2048 },
]
