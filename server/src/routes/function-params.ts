/** The function of `/functions/:id/…`. */
export interface FunctionParams {
  readonly id: string; // 16 hex
}

export const functionParams = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^[0-9a-f]{16}$', description: 'A functionId' },
  },
  required: ['id'],
} as const;
