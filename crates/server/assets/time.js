// @ts-check
// Times, written by the server in UTC, in the reader's zone and as people say them.

/**
 * The reader's own variety of the page's language: who reads English in Britain reads "21 November", in the United
 * States "November 21". Where the browser names none, dates are written as the server writes them.
 */
function chooseVariety() {
  const { lang } = document.documentElement;
  const own = navigator.languages.find((tag) => tag.startsWith(`${lang}-`));
  return own ?? (lang === 'en' ? 'en-GB' : lang);
}

const lang = new Intl.Locale(chooseVariety(), { numberingSystem: 'latn' });
const moment = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(lang, { dateStyle: 'long' });
const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60]];
const LONGEST = 14 * 86400;

/** @param {Date} time */
function asSaid(time) {
  const seconds = (time.getTime() - Date.now()) / 1000;
  if (Math.abs(seconds) > LONGEST) return day.format(time);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 0];
  return length ? relative.format(Math.round(seconds / length), unit) : relative.format(0, 'second');
}

/** @param {HTMLTimeElement} element */
export function enhance(element) {
  const time = new Date(element.dateTime);
  if (Number.isNaN(time.getTime())) return;
  const form = element.dataset.form;
  element.textContent = form === 'relative' ? asSaid(time) : (form === 'date' ? day : moment).format(time);
  element.title = moment.format(time);
}

const enhanceAll = () => document.querySelectorAll('time').forEach(enhance);
enhanceAll();
// "Now" does not stay true for long.
setInterval(enhanceAll, 30_000);
