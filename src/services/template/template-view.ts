import type { TemplateRow } from './find-template';
import type { TemplateGroup } from './list-templates';

export interface TemplateVariantView {
  locale: string;
  version: number;
  subject: string | null;
  body: string;
  updatedAt: string;
}
export type TemplateVersionView = TemplateVariantView & { name: string };
export type TemplateView = TemplateVersionView & { variants: TemplateVariantView[] };

function variantView({ locale, version, subject, body, createdAt }: TemplateRow): TemplateVariantView {
  return { locale, version, subject, body, updatedAt: createdAt.toISOString() };
}

export function templateVersionView(row: TemplateRow): TemplateVersionView {
  return { name: row.name, ...variantView(row) };
}

export function templateView({ main, variants }: TemplateGroup): TemplateView {
  return { ...templateVersionView(main), variants: variants.map(variantView) };
}
