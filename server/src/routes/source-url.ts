import type { FrameKind } from '@flamehouse/proto';

interface SourcePlace {
  readonly service: string;
  readonly file: string;
  readonly package: string;
  readonly kind: FrameKind;
  readonly version: string;
  readonly revision: string; // '' when it was not sent: many use the revision as the version
}

/**
 * The address of a file in a repository, with `{line}` left for whoever links to a line.
 *
 * Null without a template, for code that is not the application's own, and when the template wants a
 * revision or version and none is known: a link to some other state of the file would mislead.
 */
export function sourceUrl(template: string | null, place: SourcePlace): string | null {
  if (template === null || place.kind !== 'user' || place.package !== '' || place.file === '') {
    return null;
  }
  const values: Readonly<Record<string, string>> = {
    file: place.file.split('/').map(encodeURIComponent).join('/'),
    revision: encodeURIComponent(place.revision || place.version),
    version: encodeURIComponent(place.version),
    service: encodeURIComponent(place.service),
    line: '{line}',
  };
  let missing = false;
  const url = template.replace(/\{([a-z]+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name]! : whole;
    missing ||= value === '';
    return value;
  });
  return missing ? null : url;
}
