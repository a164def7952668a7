import { describe, expect, it } from 'vitest'
import { diagnosticsOf, head, mistakesIn, server } from './support/specs.js'

/** The text that follows the head, with ‸ where its one mistake is to be told, the code, and a part of the hint. */
type Case = readonly [what: string, marked: string, code: string, hint?: string]

const cases: Readonly<Record<string, readonly Case[]>> = {
  YAML: [
    ['a tab as indentation', 'servers:\n‸\tweb:', 'SPEC_SYNTAX', 'spaces'],
    ['a quote that is never closed, where it opens', 'tags: { a: ‸"b }\nservers:\n', 'SPEC_SYNTAX'],
    ['a list that is never closed', 'tags: { a: b\n‸servers: {}\n', 'SPEC_SYNTAX'],
    ['a mapping inside a line', 'tags: ‸a: b\n', 'SPEC_SYNTAX', 'quotes'],
    ['an index in braces', 'volumes: { a: { size: 1, server: ‸web[0] } }\n', 'SPEC_SYNTAX', '"web[0]"'],
    [
      'an index in a list',
      'volumes: { a: { size: 1, dependsOn: [‸server.web[12], x] } }\n',
      'SPEC_SYNTAX',
      '"server.web[12]"',
    ],
    ['all of a count in braces', 'sync: { a: { from: ./a, to: ‸web[*]:/srv } }\n', 'SPEC_SYNTAX', '"web[*]"'],
    ['a second document', '‸---\nevenkeel: 1\n', 'SPEC_SYNTAX'],
    ['an alias of nothing', 'tags: ‸*shared\n', 'SPEC_SYNTAX'],
    ['a tag of another tool', 'tags: { a: ‸!Ref b }\n', 'SPEC_SYNTAX', 'leave the tag out'],
    ['an escape that is none', 'tags: { a: "‸\\q" }\n', 'SPEC_SYNTAX'],
    ['a key twice', 'tags: { a: b, ‸a: c }\n', 'SPEC_DUPLICATE_KEY'],
    ['a section twice', 'servers: {}\n‸servers: {}\n', 'SPEC_DUPLICATE_KEY'],
  ],
  shape: [
    ['a misspelt section', '‸server: {}\n', 'SPEC_UNKNOWN_KEY', 'did you mean `servers`?'],
    ['a misspelt key', `volumes: { a: { size: 1, ‸fstyp: xfs } }\n`, 'SPEC_UNKNOWN_KEY', '`fstype`'],
    [
      'a word of Terraform',
      `servers: { a: { ${server}, ‸vpc_security_group_ids: [x] } }\n`,
      'SPEC_UNKNOWN_KEY',
      '`securityGroups`',
    ],
    [
      'a word of Terraform that is asked for',
      'servers: { a: { image: ami-12345678, ‸instance_type: t3.small } }\n',
      'SPEC_UNKNOWN_KEY',
      '`type`',
    ],
    [
      'a word of CloudFormation',
      `servers: { a: { ${server}, ‸availabilityZone: us-east-1a } }\n`,
      'SPEC_UNKNOWN_KEY',
      '`zone`',
    ],
    [
      'a word that is spelt with underscores',
      `servers: { a: { ${server}, ‸depends_on: [x] } }\n`,
      'SPEC_UNKNOWN_KEY',
      '`dependsOn`',
    ],
    ["a word of VM::EC2's", 'volumes: { a: { size: 1, ‸mtpt: /srv } }\n', 'SPEC_UNKNOWN_KEY', '`mount`'],
    ['a filesystem of old', 'volumes: { a: { size: 1, fstype: ‸msdos } }\n', 'SPEC_INVALID_VALUE', 'vfat'],
    ['a filesystem of a network', 'volumes: { a: { size: 1, fstype: ‸nfs } }\n', 'SPEC_INVALID_VALUE', '`setup`'],
    ['a size in bytes', 'volumes: { a: { size: ‸1073741824 } }\n', 'SPEC_OUT_OF_RANGE', 'write 1'],
    ['a size with its unit', 'volumes: { a: { size: ‸20G } }\n', 'SPEC_WRONG_TYPE', 'write 20'],
    [
      'a size in terabytes',
      `servers: { a: { ${server}, rootVolume: { size: ‸2TiB } } }\n`,
      'SPEC_WRONG_TYPE',
      'write 2048',
    ],
    ['what is no number', 'volumes: { a: { size: ‸.nan } }\n', 'SPEC_WRONG_TYPE'],
    ['a key like no other', 'volumes: { a: { size: 1, ‸colour: red } }\n', 'SPEC_UNKNOWN_KEY', 'known here: server'],
    [
      'a misspelt key that is asked for, once',
      'servers: { a: { image: ami-12345678, ‸tpye: t3.small } }\n',
      'SPEC_UNKNOWN_KEY',
    ],
    ['a key that is missing, at its entry', 'servers:\n  ‸web:\n    type: t3.small\n', 'SPEC_MISSING_KEY'],
    ['a section that is a list', 'servers: ‸[web]\n', 'SPEC_WRONG_TYPE'],
    ['an entry that is a text', 'servers: { web: ‸t3.small }\n', 'SPEC_WRONG_TYPE'],
    ['a text for a list', `servers: { web: { ${server}, setup: ‸ls } }\n`, 'SPEC_WRONG_TYPE', '["ls"]'],
    ['a number for a text', 'tags: { port: ‸80 }\n', 'SPEC_WRONG_TYPE', '"80"'],
    [
      'a number that loses its zero',
      'servers: { a: { image: { owner: ‸099720109477, name: x }, type: t3.small } }\n',
      'SPEC_WRONG_TYPE',
      '"099720109477"',
    ],
    [
      'a mode that is a decimal number',
      `servers: { s: { ${server} } }\nvolumes: { a: { server: s, size: 1, mode: ‸0755 } }\n`,
      'SPEC_WRONG_TYPE',
      '"0755"',
    ],
    ['a text for a number', 'volumes: { a: { size: ‸20G } }\n', 'SPEC_WRONG_TYPE'],
    ['a fraction for a whole number', 'volumes: { a: { size: ‸1.5 } }\n', 'SPEC_WRONG_TYPE'],
    ['nothing where a value is asked for, at its key', 'volumes:\n  a:\n    ‸size:\n', 'SPEC_WRONG_TYPE'],
    ['a number below its range', 'volumes: { a: { size: ‸0 } }\n', 'SPEC_OUT_OF_RANGE'],
    ['a number above its range', 'volumes: { a: { size: ‸70000 } }\n', 'SPEC_OUT_OF_RANGE'],
    ['a value that is none of the known', 'volumes: { a: { size: 1, fstype: ‸ext5 } }\n', 'SPEC_INVALID_VALUE', 'ext'],
    ['an id that is none', 'servers: { a: { image: ‸ami-1, type: t3.small } }\n', 'SPEC_INVALID_VALUE'],
    ['a type of server that is none', 'servers: { a: { image: ami-12345678, type: ‸small } }\n', 'SPEC_INVALID_VALUE'],
    ['a name with capitals', 'volumes: { ‸Music: { size: 1 } }\n', 'SPEC_BAD_NAME'],
    [
      'a name that is wrong, and its use is not',
      `servers: { ‸Web: { ${server} } }\nvolumes: { a: { size: 1, server: Web } }\n`,
      'SPEC_BAD_NAME',
    ],
    [
      'an image with a name but no owner',
      'servers: { a: { ‸image: { name: x }, type: t3.small } }\n',
      'SPEC_MISSING_KEY',
    ],
    [
      'an image with a parameter and an owner',
      'servers: { a: { image: { ssm: /x, ‸owner: self }, type: t3.small } }\n',
      'SPEC_CONFLICTING_KEYS',
    ],
    [
      'a zone and a subnet',
      `servers: { a: { ${server}, zone: us-east-1a, ‸subnet: subnet-12345678 } }\n`,
      'SPEC_CONFLICTING_KEYS',
    ],
  ],
  references: [
    [
      'an unknown server',
      `servers: { web: { ${server} } }\nvolumes: { a: { size: 1, server: ‸wep } }\n`,
      'SPEC_UNKNOWN_REFERENCE',
      '`web`',
    ],
    ['an unknown key pair', `servers: { web: { ${server}, keyPair: ‸deploy } }\n`, 'SPEC_UNKNOWN_REFERENCE'],
    [
      'an unknown security group',
      `servers: { web: { ${server}, securityGroups: [default, ‸db] } }\n`,
      'SPEC_UNKNOWN_REFERENCE',
    ],
    [
      'a server of a count without its index',
      `servers: { web: { ${server}, count: 2 } }\nvolumes: { a: { size: 1, server: ‸web } }\n`,
      'SPEC_BAD_INDEX',
      '`web[0]`',
    ],
    [
      'an index without a count',
      `servers: { web: { ${server} } }\nvolumes: { a: { size: 1, server: "‸web[0]" } }\n`,
      'SPEC_BAD_INDEX',
      '`web`',
    ],
    [
      'an index past the count',
      `servers: { web: { ${server}, count: 2 } }\nvolumes: { a: { size: 1, server: "‸web[2]" } }\n`,
      'SPEC_BAD_INDEX',
      '`web[1]`',
    ],
    [
      'an index that is no number',
      `servers: { web: { ${server}, count: 2 } }\nvolumes: { a: { size: 1, server: "‸web[x]" } }\n`,
      'SPEC_BAD_INDEX',
    ],
    [
      'a reference in user data to an unknown server',
      `servers: { web: { ${server}, userData: "a ‸\${server.boot.id}" } }\n`,
      'SPEC_UNKNOWN_REFERENCE',
    ],
    [
      'a property that is none',
      `servers: { b: { ${server} }, w: { ${server}, setup: ["‸\${server.b.privateIP}"] } }\n`,
      'SPEC_BAD_REFERENCE',
      '`privateIp`',
    ],
    ['a shell variable', `servers: { w: { ${server}, setup: ["echo ‸\${HOME}"] } }\n`, 'SPEC_BAD_REFERENCE', '$${'],
    ['a brace that is never closed', `servers: { w: { ${server}, setup: ["echo ‸\${HOME"] } }\n`, 'SPEC_BAD_REFERENCE'],
    [
      'a reference where none may stand',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, label: "‸\${server.w.id}" } }\n`,
      'SPEC_BAD_REFERENCE',
    ],
    [
      'an elastic address of a server without one',
      `servers: { b: { ${server} }, w: { ${server}, setup: ["‸\${server.b.elasticIp}"] } }\n`,
      'SPEC_BAD_REFERENCE',
      'elasticIp: true',
    ],
    [
      'a dependency without its kind',
      `servers: { b: { ${server} }, w: { ${server}, dependsOn: [‸b] } }\n`,
      'SPEC_UNKNOWN_REFERENCE',
      '`server.b`',
    ],
    ['a way through itself', `servers: { w: { ${server}, via: ‸server.w } }\n`, 'SPEC_CYCLE'],
    [
      'a circle of ways',
      `servers: { a: { ${server}, via: ‸server.b }, b: { ${server}, via: server.a } }\n`,
      'SPEC_CYCLE',
    ],
    [
      'a way through a volume',
      `servers: { w: { ${server}, via: ‸volume.v } }\nvolumes: { v: { size: 1 } }\n`,
      'SPEC_UNKNOWN_REFERENCE',
      'via: server',
    ],
    [
      'a way through nothing',
      `servers: { way: { ${server} }, w: { ${server}, via: server.‸wey } }\n`,
      'SPEC_UNKNOWN_REFERENCE',
      'way',
    ],
    [
      'a way through several',
      `servers: { b: { ${server}, count: 2 }, w: { ${server}, via: ‸server.b } }\n`,
      'SPEC_UNKNOWN_REFERENCE',
      'server.b[0]',
    ],
    ['a server that waits for itself', `servers: { w: { ${server}, dependsOn: [‸server.w] } }\n`, 'SPEC_CYCLE'],
    [
      'servers of one count that wait for each other',
      `servers: { w: { ${server}, count: 2, userData: ‸"\${server.w[0].privateIp}" } }\n`,
      'SPEC_CYCLE',
    ],
    [
      'a circle through setup',
      `servers:\n  a: { ${server}, dependsOn: [‸server.b] }\n  b: { ${server}, setup: ["\${server.a.id}"] }\n`,
      'SPEC_CYCLE',
    ],
    [
      'a volume that waits for the setup of its own server',
      `servers: { a: { ${server} } }\nvolumes: { v: { size: 1, server: a, dependsOn: [‸server.a] } }\n`,
      'SPEC_CYCLE',
    ],
    [
      'volumes that wait for each other',
      `volumes:\n  a: { size: 1, dependsOn: [‸volume.b] }\n  b: { size: 1, dependsOn: [volume.a] }\n`,
      'SPEC_CYCLE',
    ],
    [
      'a circle through user data',
      `servers:\n  a: { ${server}, dependsOn: [‸server.b] }\n  b: { ${server}, userData: "\${server.a.id}" }\n`,
      'SPEC_CYCLE',
    ],
    [
      'a circle through a volume',
      `servers: { a: { ${server}, dependsOn: [‸volume.v] } }\nvolumes: { v: { size: 1, server: a } }\n`,
      'SPEC_CYCLE',
    ],
  ],
  variables: [
    [
      'a use without a declaration',
      'variables: { size: { default: x } }\ntags: { a: "‸${var.siz}" }\n',
      'SPEC_UNKNOWN_VARIABLE',
      '`size`',
    ],
    [
      'no value',
      'variables:\n  ‸size: { type: integer }\nvolumes: { a: { size: "${var.size}" } }\n',
      'SPEC_VARIABLE_MISSING',
      '--var size',
    ],
    [
      'a sensitive value in a tag',
      'variables: { a: { sensitive: true } }\ntags: { b: "x‸${var.a}" }\n',
      'SPEC_SENSITIVE_PLACE',
      'setup',
    ],
    [
      'a sensitive value in a size',
      'variables: { a: { sensitive: true, type: integer } }\nvolumes: { v: { size: "‸${var.a}" } }\n',
      'SPEC_SENSITIVE_PLACE',
    ],
    [
      'a sensitive value in a mount point',
      'variables: { a: { sensitive: true } }\nvolumes: { v: { size: 1, mount: "‸${var.a}" } }\n',
      'SPEC_SENSITIVE_PLACE',
    ],
    [
      'a sensitive default',
      'variables: { a: { sensitive: true, default: ‸x } }\n',
      'SPEC_SENSITIVE_DEFAULT',
      'EVENKEEL_VAR_a',
    ],
    [
      'a place for the value of what is not sensitive',
      'variables: { a: { default: x, ‸valueFrom: { ssm: /a } } }\n',
      'SPEC_CONFLICTING_KEYS',
    ],
    [
      'two variables of one name in the environment',
      'variables: { a-b: { default: x }, ‸a_b: { default: x } }\n',
      'SPEC_VARIABLE_CLASH',
      'rename',
    ],
    [
      'a command as the source of a value',
      'variables: { a: { sensitive: true, valueFrom: { ssm: /a, ‸command: x } } }\n',
      'SPEC_UNKNOWN_KEY',
    ],
    ['a default of another type', 'variables: { a: { type: integer, default: ‸x } }\n', 'SPEC_VARIABLE_INVALID'],
    [
      'a default above the maximum',
      'variables: { a: { type: integer, default: ‸9, maximum: 8 } }\n',
      'SPEC_VARIABLE_INVALID',
    ],
    ['a default that does not match', 'variables: { a: { default: ‸x, pattern: "^y" } }\n', 'SPEC_VARIABLE_INVALID'],
    ['a default that is not allowed', 'variables: { a: { default: ‸x, enum: [y, z] } }\n', 'SPEC_VARIABLE_INVALID'],
    ['a pattern that is none', 'variables: { a: { default: x, pattern: ‸"(" } }\n', 'SPEC_VARIABLE_INVALID'],
    [
      'a variable made of another',
      'variables: { a: { default: x }, b: { default: "‸${var.a}" } }\n',
      'SPEC_BAD_REFERENCE',
    ],
    [
      'a value of the wrong type for its place',
      'variables: { a: { default: x } }\nvolumes: { v: { size: ‸"${var.a}" } }\n',
      'SPEC_WRONG_TYPE',
    ],
  ],
  'security groups': [
    ['a port that is none', 'securityGroups: { a: { ingress: [{ port: ‸http, from: my-ip }] } }\n', 'SPEC_BAD_INGRESS'],
    [
      'a range that ends before it starts',
      'securityGroups: { a: { ingress: [{ port: ‸9-8, from: my-ip }] } }\n',
      'SPEC_BAD_INGRESS',
      '8-9',
    ],
    [
      'a port that does not exist',
      'securityGroups: { a: { ingress: [{ port: ‸65536, from: my-ip }] } }\n',
      'SPEC_BAD_INGRESS',
    ],
    ['no port', 'securityGroups: { a: { ingress: [‸{ from: my-ip }] } }\n', 'SPEC_MISSING_KEY'],
    [
      'a port of a protocol without ports',
      'securityGroups: { a: { ingress: [{ port: ‸8, protocol: icmp, from: my-ip }] } }\n',
      'SPEC_BAD_INGRESS',
    ],
    [
      'an address without a length',
      'securityGroups: { a: { ingress: [{ port: 22, from: ‸10.0.0.1 }] } }\n',
      'SPEC_BAD_INGRESS',
      '10.0.0.1/32',
    ],
    [
      'an address that is none',
      'securityGroups: { a: { ingress: [{ port: 22, from: ‸10.0.0.256/8 }] } }\n',
      'SPEC_BAD_INGRESS',
    ],
    [
      'an unknown group',
      'securityGroups: { a: { ingress: [{ port: 22, from: securityGroup.‸b }] } }\n',
      'SPEC_UNKNOWN_REFERENCE',
    ],
    [
      'a group without its kind',
      'securityGroups: { web: { ingress: [{ port: 22, from: ‸web }] } }\n',
      'SPEC_BAD_INGRESS',
      '`securityGroup.web`',
    ],
    [
      'a rule twice, said in two ways',
      'securityGroups:\n  a:\n    ingress:\n      - { port: 22, from: 10.0.0.0/8 }\n      - ‸{ port: 22-22, from: 10.1.2.3/8 }\n',
      'SPEC_DUPLICATE_RULE',
    ],
  ],
  volumes: [
    ['no size', 'volumes:\n  ‸a: {}\n', 'SPEC_MISSING_KEY'],
    [
      'a volume to adopt and a snapshot',
      'volumes: { a: { volumeId: vol-12345678, ‸snapshot: snap-12345678 } }\n',
      'SPEC_CONFLICTING_KEYS',
    ],
    [
      "a zone that is not the server's",
      `servers: { w: { ${server}, zone: us-east-1a } }\nvolumes: { a: { size: 1, server: w, zone: ‸us-east-1b } }\n`,
      'SPEC_ZONE_MISMATCH',
    ],
    ['too small for st1', 'volumes: { a: { size: ‸100, type: st1 } }\n', 'SPEC_VOLUME_TYPE'],
    ['iops of a type that has none', 'volumes: { a: { size: 100, type: gp2, iops: ‸3000 } }\n', 'SPEC_VOLUME_TYPE'],
    ['no iops for io2', 'volumes: { a: { size: 100, type: ‸io2 } }\n', 'SPEC_VOLUME_TYPE', 'iops'],
    ['iops below the least of gp3', 'volumes: { a: { size: 100, iops: ‸2999 } }\n', 'SPEC_VOLUME_TYPE'],
    ['more iops than the size takes', 'volumes: { a: { size: 10, iops: ‸5001 } }\n', 'SPEC_VOLUME_TYPE'],
    [
      'throughput of a type that has none',
      'volumes: { a: { size: 100, type: gp2, throughput: ‸200 } }\n',
      'SPEC_VOLUME_TYPE',
    ],
    ['more throughput than the iops take', 'volumes: { a: { size: 100, throughput: ‸751 } }\n', 'SPEC_VOLUME_TYPE'],
    [
      'a root volume that cannot boot',
      `servers: { w: { ${server}, rootVolume: { size: 200, type: ‸sc1 } } }\n`,
      'SPEC_VOLUME_TYPE',
    ],
    [
      'a key beside no encryption',
      'volumes: { a: { size: 1, ‸kmsKey: alias/a, encrypted: false } }\n',
      'SPEC_CONFLICTING_KEYS',
    ],
  ],
  filesystems: [
    ['a label too long for ext4', 'volumes: { a: { size: 1, label: ‸seventeen-letters } }\n', 'SPEC_BAD_LABEL'],
    ['a label too long for xfs', 'volumes: { a: { size: 1, fstype: xfs, label: ‸thirteen-char } }\n', 'SPEC_BAD_LABEL'],
    ['signs that vfat has not', 'volumes: { a: { size: 1, fstype: vfat, label: ‸"A+B" } }\n', 'SPEC_BAD_LABEL'],
    ['a UUID of ntfs that is none', 'volumes: { a: { size: 1, fstype: ntfs, uuid: ‸ABCD-1234 } }\n', 'SPEC_BAD_UUID'],
    ['a label that ends with a blank', 'volumes: { a: { size: 1, label: ‸"music " } }\n', 'SPEC_BAD_LABEL'],
    ['a label of nothing', 'volumes: { a: { size: 1, fstype: raw, label: ‸a } }\n', 'SPEC_BAD_LABEL'],
    ['a UUID of ext4 that is none', 'volumes: { a: { size: 1, uuid: ‸ABCD-1234 } }\n', 'SPEC_BAD_UUID'],
    [
      'a UUID of vfat that is none',
      'volumes: { a: { size: 1, fstype: vfat, uuid: ‸0b5a0000-0000-4000-8000-000000000001 } }\n',
      'SPEC_BAD_UUID',
    ],
    [
      'a UUID twice, said in two ways',
      'volumes:\n  a: { size: 1, uuid: 0b5a0000-0000-4000-8000-00000000000a }\n  b: { size: 1, uuid: ‸0B5A0000-0000-4000-8000-00000000000A }\n',
      'SPEC_DUPLICATE_UUID',
    ],
    [
      'a label twice on one server',
      `servers: { w: { ${server} } }\nvolumes:\n  a: { size: 1, server: w, label: x }\n  b: { size: 1, server: w, label: ‸x }\n`,
      'SPEC_DUPLICATE_LABEL',
    ],
    [
      'a mount point that is relative',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w, mount: ‸srv } }\n`,
      'SPEC_INVALID_VALUE',
    ],
    [
      'a mount point that climbs',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w, mount: ‸/srv/../etc } }\n`,
      'SPEC_BAD_MOUNT',
    ],
    [
      'a mount over the system',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w, mount: ‸/usr/ } }\n`,
      'SPEC_BAD_MOUNT',
    ],
    [
      'a mount point beside unmounted',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w, unmounted: true, ‸mount: /srv } }\n`,
      'SPEC_BAD_MOUNT',
    ],
    [
      'a mount of a raw volume',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w, fstype: raw, ‸mount: /srv } }\n`,
      'SPEC_BAD_MOUNT',
    ],
    [
      'options in both forms',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w, mount: { path: /a, options: ro }, ‸options: rw } }\n`,
      'SPEC_CONFLICTING_KEYS',
    ],
    [
      'one mount point for two',
      `servers: { w: { ${server} } }\nvolumes:\n  a: { size: 1, server: w, mount: /srv/a }\n  b: { size: 1, server: w, mount: ‸/srv//a/ }\n`,
      'SPEC_MOUNT_CONFLICT',
    ],
    [
      "a mount at another's default",
      `servers: { w: { ${server} } }\nvolumes:\n  a: { size: 1, server: w }\n  b: { size: 1, server: w, mount: ‸/mnt/demo/a }\n`,
      'SPEC_MOUNT_CONFLICT',
    ],
    [
      'a mount inside another without order',
      `servers: { w: { ${server} } }\nvolumes:\n  b: { size: 1, server: w, mount: ‸/srv/a/b/c }\n  a: { size: 1, server: w, mount: /srv/a }\n`,
      'SPEC_MOUNT_NESTED',
      'dependsOn: [volume.a]',
    ],
  ],
  sync: [
    ['another machine without a path', 'sync: { a: { from: ‸"me@host:", to: ./b } }\n', 'SPEC_BAD_SYNC'],
    ['an option as a machine', 'sync: { a: { from: ‸"-o@host:/x", to: ./b } }\n', 'SPEC_BAD_SYNC'],
    [
      'all servers of a count as a source',
      `servers: { w: { ${server}, count: 2 } }\nsync: { a: { from: ‸"w[*]:/y", to: ./b } }\n`,
      'SPEC_BAD_SYNC',
      'w[0]:/y',
    ],
    [
      'all servers where there is no count',
      `servers: { w: { ${server} } }\nsync: { a: { from: ./a, to: "‸w[*]:/y" } }\n`,
      'SPEC_BAD_INDEX',
    ],
    [
      'sources on two machines',
      `servers: { w: { ${server} } }\nsync: { a: { from: [./a, ‸"w:/y"], to: ./b } }\n`,
      'SPEC_BAD_SYNC',
    ],
    ['no source', 'sync: { a: { from: ‸[], to: ./b } }\n', 'SPEC_INVALID_VALUE'],
    ['a command on this machine', 'sync: { a: { from: ./a, to: ./b, onChange: ‸ls } }\n', 'SPEC_BAD_SYNC'],
    [
      'a roll over one server',
      `servers: { w: { ${server} } }\nsync: { a: { from: ./a, to: "w:/y", rolling: ‸{ health: ls } } }\n`,
      'SPEC_BAD_SYNC',
    ],
    ['modes that are none', 'sync: { a: { from: ./a, to: ./b, chmod: ‸rw } }\n', 'SPEC_INVALID_VALUE'],
    ['to an unknown volume', 'sync: { a: { from: ./a, to: volume.‸b/x } }\n', 'SPEC_UNKNOWN_REFERENCE'],
    [
      'to a raw volume',
      `servers: { w: { ${server} } }\nvolumes: { v: { size: 1, server: w, fstype: raw } }\nsync: { a: { from: ./a, to: ‸volume.v/x } }\n`,
      'SPEC_BAD_SYNC',
    ],
    [
      'to a volume without a server',
      'volumes: { v: { size: 1 } }\nsync: { a: { from: ./a, to: ‸volume.v/x } }\n',
      'SPEC_BAD_SYNC',
    ],
    [
      'to a path out of the volume',
      `servers: { w: { ${server} } }\nvolumes: { v: { size: 1, server: w } }\nsync: { a: { from: ./a, to: ‸volume.v/../x } }\n`,
      'SPEC_BAD_SYNC',
    ],
    [
      'to a relative path on a server',
      `servers: { w: { ${server} } }\nsync: { a: { from: ./a, to: ‸"w:x" } }\n`,
      'SPEC_BAD_SYNC',
      'w:/x',
    ],
  ],
  'copies of whole volumes': [
    [
      'files as an end',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: w } }\nsync: { c: { from: ‸volume.a/x, to: volume.b, method: blocks } }\n`,
      'SPEC_BAD_SYNC',
      'volume.NAME',
    ],
    [
      'a volume without a server',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1 }, b: { size: 1, server: w } }\nsync: { c: { from: ‸volume.a, to: volume.b, method: blocks } }\n`,
      'SPEC_BAD_SYNC',
      'server',
    ],
    [
      'a volume onto itself',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w } }\nsync: { c: { from: volume.a, to: ‸volume.a, method: blocks } }\n`,
      'SPEC_BAD_SYNC',
    ],
    [
      'another filesystem',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x, fstype: xfs } }\nsync: { c: { from: volume.a, to: ‸volume.b, method: blocks } }\n`,
      'SPEC_BAD_SYNC',
      'fstype: ext4',
    ],
    [
      'another label',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x, label: own } }\nsync: { c: { from: volume.a, to: ‸volume.b, method: blocks } }\n`,
      'SPEC_BAD_SYNC',
      'label',
    ],
    [
      'two mounts of one UUID on one server',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: w } }\nsync: { c: { from: volume.a, to: ‸volume.b, method: blocks } }\n`,
      'SPEC_BAD_SYNC',
      'unmounted: true',
    ],
    [
      'an option of files',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x } }\nsync: { c: { from: volume.a, to: volume.b, method: blocks, delete: ‸true } }\n`,
      'SPEC_BAD_SYNC',
      'delete',
    ],
    [
      'a straight way between servers',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x } }\nsync: { c: { from: volume.a, to: volume.b, method: blocks, via: ‸direct } }\n`,
      'SPEC_NOT_YET',
    ],
    [
      'two rules for one destination',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x }, z: { size: 1, server: w } }\nsync: { c: { from: volume.a, to: volume.b, method: blocks }, d: { from: volume.z, to: ‸volume.b, method: blocks } }\n`,
      'SPEC_BAD_SYNC',
    ],
    [
      'another machine without a path',
      'sync: { c: { from: ./a, to: "‸admin@host:" } }\n'.replace('"‸', '‸"'),
      'SPEC_BAD_SYNC',
    ],
    [
      'a path on a server that goes up',
      `servers: { w: { ${server} } }\nsync: { c: { from: ./a, to: ‸"w:/srv/../etc/./x/" } }\n`,
      'SPEC_BAD_SYNC',
      'write /etc/x/',
    ],
    [
      'two clones of one volume on one server',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x }, c: { size: 1, server: x } }\nsync: { d: { from: volume.a, to: volume.b, method: clone }, e: { from: volume.a, to: ‸volume.c, method: clone } }\n`,
      'SPEC_DUPLICATE_UUID',
      'another server',
    ],
    [
      'a clone of a clone beside the first one',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x }, c: { size: 1, server: w } }\nsync: { d: { from: volume.a, to: volume.b, method: clone }, e: { from: volume.b, to: ‸volume.c, method: clone } }\n`,
      'SPEC_DUPLICATE_UUID',
    ],
    [
      'two volumes of one snapshot on one server',
      `servers: { w: { ${server} } }\nvolumes: { a: { snapshot: snap-12345678, server: w }, b: { server: w, snapshot: ‸snap-12345678 } }\n`,
      'SPEC_DUPLICATE_UUID',
    ],
    [
      'a volume beside one that is made from its snapshot',
      `servers: { w: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { server: w, snapshot: ‸{ name: a } } }\n`,
      'SPEC_DUPLICATE_UUID',
    ],
    [
      'overwriting by files',
      `servers: { w: { ${server} } }\nsync: { c: { from: ./a, to: "w:/a", overwrite: ‸true } }\n`,
      'SPEC_BAD_SYNC',
      'overwrite',
    ],
    [
      'a clone that comes from elsewhere',
      `servers: { w: { ${server} }, x: { ${server} } }\nvolumes: { a: { size: 1, server: w }, b: { size: 1, server: x, reuse: true } }\nsync: { c: { from: volume.a, to: ‸volume.b, method: clone } }\n`,
      'SPEC_BAD_SYNC',
      'reuse',
    ],
  ],
  'the rest': [
    ['a base that nobody has read', 'extends: ‸./base.yaml\n', 'SPEC_BAD_BASE'],
    ['bases', 'extends: ‸[./a.yaml, ./b.yaml]\n', 'SPEC_WRONG_TYPE', 'one base'],
    ['a base of no name', '‸extends:\n', 'SPEC_WRONG_TYPE'],
    ['a base of an empty name', 'extends: ‸""\n', 'SPEC_BAD_BASE'],
    ['a base whose name would be two lines', 'extends: ‸"base.yaml\\nNo changes."\n', 'SPEC_BAD_BASE'],
    ['a base by a variable', 'extends: ‸"${var.base}.yaml"\nvariables: { base: { default: a } }\n', 'SPEC_BAD_BASE'],
    ['a tag of AWS', 'tags: { ‸"aws:x": y }\n', 'SPEC_BAD_TAG'],
    ['a tag of evenkeel', 'volumes: { a: { size: 1, tags: { ‸"evenkeel:stack": y } } }\n', 'SPEC_BAD_TAG'],
    ['the Name tag', 'tags: { ‸Name: x }\n', 'SPEC_BAD_TAG'],
    ['a tag with a long key', `tags: { ‸${'k'.repeat(129)}: x }\n`, 'SPEC_BAD_TAG'],
    ['a tag with a long value', `tags: { ‸k: ${'v'.repeat(257)} }\n`, 'SPEC_BAD_TAG'],
    [
      'too many tags',
      `‸tags: { ${Array.from({ length: 41 }, (_, index) => `k${index}: x`).join(', ')} }\n`,
      'SPEC_BAD_TAG',
    ],
    [
      'user data that EC2 refuses',
      `servers:\n  w:\n    image: ami-12345678\n    type: t3.small\n    ‸userData: ${'é'.repeat(8193)}\n`,
      'SPEC_USER_DATA_TOO_LONG',
    ],
  ],
}

for (const [topic, table] of Object.entries(cases)) {
  describe(`mistakes: ${topic}`, () => {
    for (const [what, marked, code, hint] of table) {
      it(`tells of ${what}`, () => {
        const before = (head + marked).slice(0, (head + marked).indexOf('‸')).split('\n')
        const place = `${before.length}:${(before.at(-1) ?? '').length + 1}`
        const text = head + marked.replace('‸', '')
        expect(mistakesIn(text)).toEqual([`${place} ${code}`])
        if (hint !== undefined) expect(diagnosticsOf(text)[0]?.hint).toContain(hint)
      })
    }
  })
}

describe('mistakes at the head of a file', () => {
  it.each([
    ['', ['1:1 SPEC_INVALID']],
    ['# nothing\n', ['1:1 SPEC_INVALID']],
    ['- a\n', ['1:1 SPEC_INVALID']],
    ['hello\n', ['1:1 SPEC_INVALID']],
    ['stack: a\n', ['1:1 SPEC_MISSING_KEY']],
    ['evenkeel: 1\n', ['1:1 SPEC_MISSING_KEY']],
    ['evenkeel: 2\nstack: a\n', ['1:11 SPEC_INVALID_VALUE']],
    ['evenkeel: 1\nstack: My Stack\n', ['2:8 SPEC_INVALID_VALUE']],
    ['evenkeel: 1\nstack: a\ntarget: aws\n', ['3:9 SPEC_INVALID_VALUE']],
    ['evenkeel: 1\nstack: a\ntarget: { account: "123" }\n', ['3:20 SPEC_INVALID_VALUE']],
    ['evenkeel: 1\nstack: a\ntarget: { account: 123456789012 }\n', ['3:20 SPEC_WRONG_TYPE']],
    ['evenkeel: 1\nstack: a\ntarget: { region: here }\n', ['3:19 SPEC_INVALID_VALUE']],
    [
      `evenkeel: 1\nstack: a\ntarget: { region: eu-west-1 }\nservers: { w: { ${server}, zone: us-east-1a } }\n`,
      ['4:60 SPEC_ZONE_MISMATCH'],
    ],
  ])('%j', (text, mistakes) => {
    expect(mistakesIn(text)).toEqual(mistakes)
  })
})
