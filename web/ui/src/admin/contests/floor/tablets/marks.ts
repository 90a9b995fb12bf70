// A state as a shape and the key of its word.
export interface Mark {
  mark: string
  name: string
  tone: 'plain' | 'good' | 'warn' | 'bad'
}

export const marked = (mark: string, name: string, tone: Mark['tone'] = 'plain'): Mark => ({
  mark,
  name,
  tone,
})
