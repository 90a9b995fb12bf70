import { describe, expect, it } from 'vitest'
import { Problem } from '../../../shared/api'
import { newPerson, personsOf, refused, sent } from './entries'
import type { Enlistment } from './shapes'

describe('people that are sent', () => {
  const person = { ...newPerson(), name: ' 张三 ', id_number: ' 1 ', unit: '某厂', role: 'r1' }
  it('share delegation and team, without what is empty', () => {
    expect(sent([person], { delegation: 'd', team: ' 一队 ', waiver: '' })).toEqual([
      {
        name: '张三',
        id_type: 'resident_card',
        id_number: '1',
        unit: '某厂',
        identity: 'employee',
        held_level: 0,
        held_number: '',
        role: 'r1',
        delegation: 'd',
        team: '一队',
      },
    ])
  })
  it('have no role without a team', () => {
    expect(sent([person], { delegation: '', team: '', waiver: '特许' })[0]).not.toHaveProperty('role')
  })
})

describe('an entry to be changed', () => {
  it('of a team has its members, and no number', () => {
    const e = {
      name: '一队',
      unit: '某厂',
      city: '',
      members: [
        { name: '甲', id_masked: '37**', identity: 'student', held_level: 3, held_number: '', role: 'a' },
      ],
    }
    expect(personsOf(e as unknown as Enlistment)).toMatchObject([
      { name: '甲', id_number: '', identity: 'student', role: 'a' },
    ])
  })
})

describe('what was refused', () => {
  it('is told by person and field', () => {
    const errors = [
      { path: 'list[1].id_number', code: 'x', message: 'bad' },
      { path: 'by.unit', code: 'x', message: 'worse' },
      { path: 'by[2].name', code: 'x', message: 'no name' },
      { path: 'key', code: 'x', message: '' },
    ]
    const found = refused(new Problem(422, { code: 'competitors_refused', errors }))
    expect(Object.keys(found)).toEqual(['1.id_number', '0.unit', '2.name'])
  })
})
