// Roles in the order of the server, and secrets that are made for new accounts.

/** Every role, as access.Roles orders them. */
export const roles = [
  'provincial',
  'organiser',
  'chief_judge',
  'judge',
  'bank_author',
  'invigilator',
  'coding_office',
  'supervisor',
  'custodian',
  'arbiter',
  'tabulator',
  'call_room',
  'team_leader',
]

/** n characters of the alphabet, each equally likely: values beyond the last whole round are thrown again. */
function random(alphabet: string, n: number): string {
  const limit = 256 - (256 % alphabet.length)
  let out = ''
  while (out.length < n)
    for (const byte of crypto.getRandomValues(new Uint8Array(n)))
      if (byte < limit && out.length < n) out += alphabet[byte % alphabet.length]
  return out
}

/** A PIN of six digits for a judge's tablet. */
export const newPIN = (): string => random('0123456789', 6)

/** A password without characters that are easily taken for one another. */
export const newPassword = (): string =>
  random('abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789', 14)
