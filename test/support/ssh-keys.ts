/** Public halves of real keys, made by ssh-keygen for this file alone, with their fingerprints as it prints them. */
export const sshKeys = {
  ed25519: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQkixtbtcxrzGh2vuJWiTISDcy+BPKWGJUbAHefzXFD',
  ecdsa256:
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBdzKjEeu3ffaDPznif1BMRA+dHQQ6aXp/jwXoCPE4KvSGg6s2bvy1JJ/DxphAw0RWzRzeNfLmWxAtOkgrM99pk=',
  ecdsa384:
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBJLZcvjNArVuUPgF8ihBXKnPmS7ycZKq3QFG8jrefBr9tryxe0PacMLvR/9kqmrgnVE8iae7m586DcgdkQrs8deqDmxRnjM8x1d7CDRxVXoXRUPHHAI2yf4S+0YyF3flXg==',
  ecdsa521:
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABxpIvTlKH2eCdWZ82nEjYXgS/ZKYl7ONuI5rfQq4T+NQzZffOjXy43Nl5kTu4gGmgBPEDmUBEytoGXFFuUxJKhmQFLWdc/MV4Yf6U93J09euYiMlBsbPYhAC6HtJMbztNqTS7fj6efLGI6RwYLr7Rr3HHuc8yXmNLyie0w9fDuycKqQg==',
  rsa: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDd8/Jon+BrUu5TwMviqtZy1iL/omrPQfduMAeW+jW2c02cLwPt83fXtwIvzPpivmmDwUCV8lYvqwwz9lOV1/OE7vYOp67KTkF9iZihn8j9denUzK3TVvJxzSDlhTOHAzbvZ+70yhW6JsH8FyaW1kNuCDdQPfAHR+z6BmvpgpXmzwmLZvPmgBvDsI6czTvejmfWHrxmUx4S+eJCyupBKCP3MWYlCw01Mv95upxPdm/KkTXjjG21VfAstA0PvrypJJXUSNNVTPcrGV5rHCaMFXF9jpGc3ECYNrKiZ7klSJbSR7nX/wdTf35bgY3VaVS0M7Cv+Zf5lTXe8Myg3Wl4Gq+V',
} as const

export const fingerprints: Readonly<Record<keyof typeof sshKeys, string>> = {
  ed25519: 'SHA256:OR3Dp6YZE8sVBYzH3RPpfx2fOTbJyaenyZ7nuyqVsSs',
  ecdsa256: 'SHA256:8tfnSI4vY6oevHspyM7xAg6zB2OacPDTmcqwVhw+Cg8',
  ecdsa384: 'SHA256:GvAwBVOHWSfC3FXve41EW3tWLOjZpKXjx7LE1rCctAA',
  ecdsa521: 'SHA256:SxOofdHxR3++c4KxhQTMw164KTaiv5E0/VfyEXM03EY',
  rsa: 'SHA256:GUSL/7wSRseX6MAMfkyCz9vfbb7fuj7MHPdipRWdH78',
}
