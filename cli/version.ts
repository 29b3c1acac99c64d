/** Troupe's own version, as package.json has it. */
export const troupeVersion = '0.1.0';
