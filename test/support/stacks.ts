/** Stack files for tests, as text. */
export const image = "{ owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }"

/** Two servers in a group of their own, a volume on one of them, and one beside: everything that the API alone knows. */
export function pairStack(
  changes: { readonly stack?: string; readonly size?: number; readonly type?: string } = {},
): string {
  const { stack = 'pair', size = 1, type = 't3.small' } = changes
  return `
evenkeel: 1
stack: ${stack}
target: sandbox
securityGroups:
  web:
    description: web
    ingress:
      - { port: 22, from: my-ip }
      - { port: 80-81, from: 0.0.0.0/0 }
      - { port: all, from: securityGroup.web }
servers:
  web: { count: 2, image: ${image}, type: ${type}, zone: us-east-1a, securityGroups: [web] }
volumes:
  music: { server: 'web[0]', size: ${size}, fstype: ext3, mount: /srv/music, label: music }
  spare: { size: 1, zone: us-east-1a }
`
}

/** `servers` servers with two volumes each. */
export function fleetStack(servers: number): string {
  const volumes = Array.from({ length: servers }, (_, index) =>
    ['a', 'b']
      .map((name) => `  ${name}${index}: { server: 'node[${index}]', size: 1, mount: /srv/${name} }`)
      .join('\n'),
  )
  return `
evenkeel: 1
stack: fleet
target: sandbox
servers:
  node: { count: ${servers}, image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
${volumes.join('\n')}
`
}
