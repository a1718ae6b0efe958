/** Words of the sign-in; part of the console's text. */
export const accessText = {
  signIn: 'Sign in',
  cancel: 'Cancel',
  locked: 'Locked: sign in',
  signedInAs: (name: string, role: string) => `${name} · ${role}`,
  lock: 'Lock',
  user: 'User name',
  password: 'Password',
  why: 'Records, exports and settings are for people who are signed in. A running procedure stays in view and goes on being recorded.',
  lockedOut: (until: string) => `Too many sign-ins have failed; the next one is taken at ${until}.`,
  roles: { operator: 'operator', technologist: 'technologist', qa: 'quality assurance', administrator: 'administrator' },
};
