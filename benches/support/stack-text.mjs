/**
 * A stack file of so many servers, each with two volumes that have a filesystem and a mount, over three zones in turns: a default
 * subnet has 4,091 addresses.
 */
export function stackOfServers(servers, { name = 'bench', volumes = 2 } = {}) {
  const lines = ['evenkeel: 1', `stack: ${name}`, 'target: sandbox', 'servers:']
  for (let index = 0; index < servers; index += 1) {
    lines.push(
      `  node-${index}:`,
      '    image: { owner: "136693071363", name: "debian-12-amd64-*", architecture: x86_64 }',
      '    type: t3.small',
      `    zone: us-east-1${'abc'[index % 3]}`,
      '    tags: { role: worker }',
    )
  }
  if (volumes > 0) lines.push('volumes:')
  for (let index = 0; index < servers; index += 1) {
    for (let volume = 0; volume < volumes; volume += 1) {
      lines.push(
        `  data-${index}-${volume}:`,
        `    server: node-${index}`,
        '    size: 10',
        `    mount: /srv/data-${volume}`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}
