/**
 * Keys of Terraform's AWS provider, CloudFormation, boto and VM::EC2 by what a stack file calls them. Words that differ in
 * their spelling alone (`depends_on`, `UserData`) need no line here.
 */
const keys: Readonly<Record<string, string>> = {
  instancetype: 'type',
  volumetype: 'type',
  availabilityzone: 'zone',
  placement: 'zone',
  ami: 'image',
  amiid: 'image',
  imageid: 'image',
  keyname: 'keyPair',
  key: 'keyPair',
  securitygroup: 'securityGroups',
  securitygroupids: 'securityGroups',
  vpcsecuritygroupids: 'securityGroups',
  subnetid: 'subnet',
  instancecount: 'count',
  instances: 'servers',
  instance: 'server',
  instanceid: 'server',
  rootblockdevice: 'rootVolume',
  blockdevicemappings: 'rootVolume',
  disableapitermination: 'protect',
  terminationprotection: 'protect',
  privateipaddress: 'privateIp',
  secondaryprivateipaddresses: 'secondaryPrivateIps',
  eip: 'elasticIp',
  associatepublicipaddress: 'elasticIp',
  volumesize: 'size',
  sizegb: 'size',
  filesystem: 'fstype',
  filesystemtype: 'fstype',
  fs: 'fstype',
  mountpoint: 'mount',
  mountoptions: 'options',
  mtpt: 'mount',
  kmskeyid: 'kmsKey',
  snapshotid: 'snapshot',
  deleteontermination: 'onRemove',
  deletionpolicy: 'onRemove',
  ebsvolumes: 'volumes',
  userdatareplaceonchange: 'onUserDataChange',
  cidr: 'from',
  cidrip: 'from',
  cidrblocks: 'from',
  cidrblock: 'from',
  source: 'from',
  src: 'from',
  dest: 'to',
  destination: 'to',
  fromport: 'port',
  toport: 'port',
  ports: 'port',
  ipprotocol: 'protocol',
  provisioner: 'setup',
  remoteexec: 'setup',
  commands: 'setup',
  login: 'user',
  username: 'user',
  publickeymaterial: 'publicKey',
  provider: 'target',
  parameters: 'variables',
  vars: 'variables',
  variable: 'variables',
  resources: 'servers',
}

/** The key of a stack file that a word of another tool means, among those that are known where it stands. */
export function meantKey(word: string, known: readonly string[]): string | undefined {
  const plain = plainWord(word)
  return known.find((key) => plainWord(key) === plain) ?? known.find((key) => key === keys[plain])
}

/** Keys of servers that mean nothing where members come and go by themselves. */
const notOfMembers: Readonly<Record<string, string>> = {
  count: 'write `min`, `max` and `desired`',
  size: 'write `min`, `max` and `desired`',
  zone: 'write `zones`, a list',
  subnet: 'write `subnets`, a list',
  setup: 'nothing is run on members over SSH: put it into `userData`, or into an image of `images`',
  elasticIp: 'members have no addresses of their own that stay: clients come by a `loadBalancer`',
  volumes: 'members have no disks but the one they boot from: servers have volumes',
  rolling: 'write `refresh`: Auto Scaling replaces members',
  onUserDataChange: 'members are replaced when `userData` changes, as `refresh` says',
  state: 'write `min: 0` and `desired: 0`',
  user: 'nobody enters members',
  via: 'nobody enters members',
}

/** What to write in a scaling group in place of a key of servers. */
export function memberHint(path: readonly (string | number)[], key: string): string | undefined {
  return path.length === 2 && path[0] === 'scalingGroups' ? notOfMembers[key] : undefined
}

/** `instance_type`, `InstanceType` and `instance-type` are one word. */
function plainWord(word: string): string {
  return word.replaceAll(/[_-]/g, '').toLowerCase()
}

const fstypes: Readonly<Record<string, string>> = {
  msdos: 'write vfat: it is what Linux makes of it now',
  dos: 'write vfat',
  fat: 'write vfat',
  fat16: 'write vfat',
  fat32: 'write vfat',
  exfat: 'write vfat, or ntfs for files of more than 4 GiB',
  ext: 'write ext4',
  'linux-swap': 'write swap',
  'ntfs-3g': 'write ntfs',
  ntfs3: 'write ntfs',
  none: 'write raw for a volume without a filesystem',
  nfs: 'a volume is a disk, and nfs a network filesystem: mount that by a command in `setup`',
  nfs4: 'a volume is a disk, and nfs a network filesystem: mount that by a command in `setup`',
  cifs: 'a volume is a disk, and cifs a network filesystem: mount that by a command in `setup`',
  efs: 'a volume is a disk, and efs a network filesystem: mount that by a command in `setup`',
  tmpfs: 'a volume is a disk, and tmpfs lies in memory: mount that by a command in `setup`',
  zfs: 'write raw, and make it by a command in `setup`',
  lvm: 'write raw, and make it by a command in `setup`',
}

/** What to write in place of a filesystem that evenkeel does not make. */
export function fstypeHint(word: string): string | undefined {
  return fstypes[word.toLowerCase()]
}

const unitsGiB: Readonly<Record<string, number>> = { m: 1 / 1024, g: 1, t: 1024 }

/** The size in GiB that was meant by bytes (1073741824), or by a text with a unit (20G, 1TiB). */
export function sizeHint(value: unknown): string | undefined {
  if (typeof value === 'number') return value >= 2 ** 27 ? inGiB(value / 2 ** 30) : undefined
  if (typeof value !== 'string') return undefined
  const [, amount = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([mgt])(?:i?b)?\s*$/i.exec(value) ?? []
  return amount === '' ? undefined : inGiB(Number(amount) * (unitsGiB[unit.toLowerCase()] ?? 1))
}

function inGiB(size: number): string {
  return `sizes are whole GiB: write ${Math.max(1, Math.ceil(size))}`
}
