/** What a browser may do with anything that comes from here: show it, ask this page, and nothing else. */
export function headersFor({ styles = "'self'", scripts = "'self'" } = {}): Readonly<Record<string, string>> {
  const policy = {
    'default-src': "'none'",
    'style-src': styles,
    'script-src': scripts,
    'img-src': "'self'",
    'connect-src': "'self'",
    'form-action': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
  }
  return {
    'content-security-policy': Object.entries(policy)
      .map((rule) => rule.join(' '))
      .join('; '),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // With `no-referrer` a browser would tell no Origin of a form, by which forms of other sites are known.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  }
}
