/**
 * Bugs that would cost somebody data, machines or money: each is planted by one replacement, and caught by a test that is named.
 * `from` must stand in the file exactly once. `named`: part of the test's name, where its file has others.
 */
export const canaries = [
  {
    name: 'a launch without its token',
    file: 'src/providers/ec2/kinds/server/launch.ts',
    from: 'ClientToken: token,',
    to: 'ClientToken: `${token.slice(0, 30)}${Math.random()}`.slice(0, 60),',
    test: ['test/simulation/faults.test.ts'],
    named: 'makes no duplicate',
  },
  {
    name: 'a format without a last probe',
    file: 'src/hosts/filesystems/mkfs.ts',
    from: `[ "$(wipefs -n -p "$1" 2>&1)" = '' ] || exit \${exitStatuses.notBlank}`,
    to: '',
    project: 'hosts',
    test: ['test/hosts/filesystems/filesystems.hosts.test.ts'],
    named: 'what somebody else made',
  },
  {
    name: 'a snapshot without the freeze',
    file: 'src/executor/steps/snapshots/held-still.ts',
    from: 'const freeze = await hosts.freeze(await accessTo(server, context), { volumeIds, seconds: freezeSecondsMax })',
    to: 'const freeze = { complete: hosts !== undefined && (await accessTo(server, context)) !== undefined && volumeIds.length + freezeSecondsMax > 0, thaw: async () => true }',
    test: ['test/executor/steps/create-snapshot.test.ts'],
  },
  {
    name: 'a copy that does not look whether its volume is mounted',
    file: 'src/sync/mount-guard.ts',
    from: '|| { printf',
    to: '|| true || { printf',
    test: ['test/sync/mount-guard.test.ts'],
  },
  {
    name: 'a lock that is ignored',
    file: 'src/app/lock/with-lock.ts',
    from: 'if (lock.isHeld) return work()',
    to: 'if (lock.isHeld || !lock.isHeld) return work()',
    test: ['test/app/lock/with-lock.test.ts'],
    named: 'two applies of one stack',
  },
  {
    name: 'a call that does not ask whether the lock is still held',
    file: 'src/executor/lock/fence.ts',
    from: 'guard: ({ isDestructive }) => (isDestructive ? held?.verify() : held?.check()),',
    to: 'guard: ({ isDestructive }) => (isDestructive && held === undefined ? undefined : undefined),',
    test: ['test/app/lock/with-lock.test.ts'],
  },
  {
    name: 'an epoch that is not inherited',
    file: 'src/app/session.ts',
    from: 'return inherited?.run ?? ownRun',
    to: 'return inherited === undefined ? ownRun : ownRun',
    test: ['test/app/lock/with-lock.test.ts'],
    named: 'with its epoch',
  },
  {
    name: 'tags that do not come with the volume',
    file: 'src/providers/ec2/kinds/volume/volume-calls.ts',
    from: "{ ResourceType: 'volume', Tags: tagListOf({ ...request.tags, [operationTag]: request.once }) },",
    to: "{ ResourceType: 'volume', Tags: tagListOf({ Name: Object.keys(request.tags).join() + operationTag }) },",
    test: ['test/simulation/crash-points.test.ts'],
  },
  {
    name: 'one empty reading that is believed',
    file: 'src/providers/ec2/tags/ownership.ts',
    from: 'if (first !== undefined) return first',
    to: 'if (first !== undefined || api !== undefined) return first',
    test: ['test/providers/tags/read-owned.test.ts'],
  },
  {
    name: 'a deletion of what is not ours any more',
    file: 'src/providers/ec2/tags/ownership.ts',
    from: 'if (isOwnedBy(tags, owner)) return item',
    to: 'if (isOwnedBy(tags, owner) || item !== undefined) return item',
    test: ['test/providers/tags/read-owned.test.ts'],
  },
]
