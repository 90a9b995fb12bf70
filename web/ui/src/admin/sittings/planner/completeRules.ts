// Rules with every field there is, for tests of what must not be lost.
import type { components } from '../../../shared/api.gen'
import type { Rules } from '../../types'

const key = (c: string): string => c.repeat(64)

/** Every rule there is, none as it is by itself. A new one fails the type check here until the form has it. */
export const completeRules: { [K in keyof Required<Rules>]: Rules[K] } = {
  version: '鲁考规 2026-3',
  limit_ms: 5_430_000,
  entry_opens_ms: 1_200_000,
  last_entry_ms: 900_000,
  earliest_hand_in_ms: 3_600_000,
  grace_ms: 5_500,
  early_start_ms: 60_000,
  release_before_ms: 2_700_000,
  start_jitter_ms: 1_500,
  absent_after_ms: 1_860_000,
  overdue: 'abandon',
  contingency: { extend_up_to_ms: 3_000_000, beyond: 'reschedule' },
  spare_share_bp: 1_250,
  shuffle_options: false,
  multiple: 'partial_if_subset',
  multiple_partial_bp: 3_333,
  fill_in: 'all',
  ordering: 'per_pair',
  matching: 'per_pair',
  activity: 'ignore',
  bind_ip: true,
  seb: {
    required: true,
    settings: {
      start_url: 'https://exam.example.cn/exam',
      quit_url: 'https://exam.example.cn/quit',
      quit_password_sha256: key('a'),
      admin_password_sha256: key('b'),
      allowed_urls: ['https://help.example.cn/*', 'https://law.example.cn/*'],
      processes: [
        {
          os: 'windows',
          title: '计算器',
          executable: 'calc.exe',
          path: 'C:\\',
          identifier: 'calc',
          autostart: true,
        },
        { os: 'macos', title: 'VoiceOver', executable: 'VoiceOver' },
      ],
      exam_key_salt: 'AAECAwQ=',
      allow_quit: true,
      allow_spell_check: true,
      allow_dictionary: true,
      allow_downloads: true,
      allow_print_screen: true,
      allow_dictation: true,
      allow_screen_sharing: true,
      allow_virtual_machine: true,
      allow_wlan_control: true,
      shared_clipboard: true,
      displays: 2,
    } satisfies Required<components['schemas']['SebSettings']>,
    config_keys: [key('c')],
    browser_exam_keys: [key('d'), key('e')],
  },
  face: { threshold: 855 },
  misconduct: {
    version: '人社 2025-1',
    note: { zh: '依据', en: 'Source' },
    tiers: [
      {
        code: 'breach',
        name: { zh: '违纪', en: 'Breach' },
        consequence: { zh: '成绩无效', en: 'not valid' },
        examples: { zh: '手机', en: 'phone' },
      },
      { code: 'cheating', name: { zh: '作弊', en: 'Cheating' }, consequence: { zh: '零分', en: 'zero' } },
    ],
  },
  grading: {
    full_marks: 10_000,
    sections: [
      { section: 's1', weight_bp: 6_667 },
      { section: 's2', weight_bp: 3_333 },
    ],
    parts: [
      { id: 'base', name: { zh: '基础', en: 'Base' }, sections: ['s1'], pass_bp: 6_000 },
      { id: 'craft', name: { zh: '专业', en: 'Craft' }, sections: ['s2'], pass_bp: 6_550 },
    ],
    rounding: { unit: 50, mode: 'half_up' },
  },
}
