/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * chart.c: the kinds of charts, and drawing one.
 *
 * The kind writes numbers and words into a folder of its own, the constant script maps them to ink
 * there, and the picture is moved to its target only when it is whole.  Relative names keep
 * whatever a person typed out of gnuplot's language, in which a file name may be a command.
 * The folder of one who died of SIGKILL stays until the next chart is drawn.
 */
#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chart/chart.h"
#include "chart/gnuplot.h"
#include "chart/kinds.h"
#include "chart/svg.h"
#include "io/atomic.h"
#include "io/temporary.h"
#include "io/tree.h"

static const struct sabin_chart_kind *const kinds[] = {
    &sabin_chart_kind_response,  &sabin_chart_kind_phase,
    &sabin_chart_kind_group_delay, &sabin_chart_kind_impulse,
    &sabin_chart_kind_step,      &sabin_chart_kind_etc,
    &sabin_chart_kind_decay,     &sabin_chart_kind_rt60,
    &sabin_chart_kind_clarity,   &sabin_chart_kind_distortion,
    &sabin_chart_kind_waterfall, &sabin_chart_kind_spectrogram,
    &sabin_chart_kind_burst,
    &sabin_chart_kind_modes,     &sabin_chart_kind_noise,
    &sabin_chart_kind_reflections,
    &sabin_chart_kind_geometry,  &sabin_chart_kind_placement,
    &sabin_chart_kind_compare,   &sabin_chart_kind_correction,
};
enum {
	KINDS = sizeof kinds / sizeof *kinds,
	SCRIPT_LIMIT = 1 << 20,
	PICTURE_LIMIT = 1 << 28, /* bytes; a picture beyond it is no picture */
};

const struct sabin_chart_kind *sabin_chart_kind(size_t i)
{
	return i < KINDS ? kinds[i] : NULL;
}

const struct sabin_chart_kind *sabin_chart_find(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i]->name, name))
			return kinds[i];
	return NULL;
}

/* One drawing: the folder it is made in and the names of what lies there. */
struct drawing {
	const struct sabin_chart_kind *kind;
	const struct sabin_chart_style *style;
	char *folder;
	int alive; /* its descriptor, by which it is known not to be a dead one's; -1: no folder */
	char script[48], picture[48], words[48];
};

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (word && !strcmp(word, *words))
			return true;
	return false;
}

static enum sabin_err check_style(const struct sabin_chart_style *style, const char *target,
                                  struct sabin_diag *diag)
{
	static const char *const themes[] = {"light", "dark", "print", NULL};
	static const char *const formats[] = {"png", "svg", "pdf", NULL};
	if (!is_one_of(style->theme, themes))
		return sabin_diag_set(diag, SABIN_EINVAL, NULL, 0, 0,
		                      "a chart's theme is light, dark or print");
	if (!is_one_of(style->format, formats))
		return sabin_diag_set(diag, SABIN_EINVAL, NULL, 0, 0,
		                      "a chart's format is png, svg or pdf");
	if (!style->plots || (!target && !style->show && !style->keep))
		return sabin_diag_set(diag, SABIN_EINVAL, NULL, 0, 0,
		                      "a chart needs the folder of scripts and an output");
	return SABIN_OK;
}

/* The whole of a file, also of one with NUL bytes in it; free() it. */
static enum sabin_err read_bytes(const char *path, char **bytes, size_t *length)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	if (!file)
		return errno == ENOMEM ? SABIN_ENOMEM : SABIN_EIO;
	enum sabin_err err = SABIN_EIO;
	*bytes = NULL;
	*length = 0;
	if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size <= PICTURE_LIMIT) {
		size_t size = (size_t)status.st_size;
		*bytes = malloc(size + 1);
		if (!*bytes)
			err = SABIN_ENOMEM;
		else if (fread(*bytes, 1, size, file) == size) {
			(*bytes)[size] = '\0';
			*length = size;
			err = SABIN_OK;
		}
	}
	fclose(file);
	if (err) {
		free(*bytes);
		*bytes = NULL;
	}
	return err;
}

static enum sabin_err write_bytes(const char *path, const char *mode, const char *bytes,
                                  size_t length)
{
	FILE *file = fopen(path, mode);
	if (!file)
		return errno == ENOMEM ? SABIN_ENOMEM : SABIN_EIO;
	size_t written = fwrite(bytes, 1, length, file);
	return fclose(file) || written != length ? SABIN_EIO : SABIN_OK;
}

static enum sabin_err make_folder(struct drawing *drawing, struct sabin_diag *diag)
{
	const char *base = getenv("TMPDIR");
	char *folder = NULL;
	drawing->alive = sabin_temporary_folder(base && *base ? base : "/tmp", "sabin-chart", &folder);
	if (!folder && errno == ENOMEM)
		return sabin_diag_set(diag, SABIN_ENOMEM, NULL, 0, 0, "not enough memory");
	if (drawing->alive < 0) {
		enum sabin_err err = sabin_diag_set(diag, SABIN_EIO, folder, 0, 0,
		                                    "cannot make a temporary folder: %s",
		                                    strerror(errno));
		free(folder);
		return err;
	}
	/* gnuplot runs inside of it, so that its name must not depend on where we are */
	drawing->folder = realpath(folder, NULL);
	if (!drawing->folder)
		drawing->folder = folder;
	else
		free(folder);
	return SABIN_OK;
}

/* Copy a script from the folder of scripts. */
static enum sabin_err fetch_script(const struct drawing *drawing, const char *name,
                                   struct sabin_diag *diag)
{
	char *text = NULL;
	size_t length = 0;
	char *from = sabin_path_join(drawing->style->plots, name);
	char *to = sabin_path_join(drawing->folder, name);
	enum sabin_err err = SABIN_ENOMEM;
	if (from && to)
		err = sabin_read_text(from, SCRIPT_LIMIT, &text, &length, diag);
	if (err == SABIN_EIO) {
		sabin_diag_set(diag, SABIN_EIO, from, 0, 0,
		               "cannot read this script, which draws the chart");
		sabin_diag_advise(diag, "install sabin's data again, or name the folder of its "
		                        "scripts in SABIN_PLOTS");
	}
	if (!err && write_bytes(to, "we", text, length))
		err = sabin_diag_set(diag, SABIN_EIO, to, 0, 0, "cannot write: %s",
		                     strerror(errno));
	free(text);
	free(from);
	free(to);
	return err;
}

/* The style goes with the words, so that a kept script draws the same picture again. */
static enum sabin_err add_style(const struct drawing *drawing, struct sabin_diag *diag)
{
	char text[96];
	int length = snprintf(text, sizeof text, "theme\t%s\nformat\t%s\n", drawing->style->theme,
	                      drawing->style->format);
	char *path = sabin_path_join(drawing->folder, drawing->words);
	enum sabin_err err = SABIN_ENOMEM;
	if (path)
		err = write_bytes(path, "ae", text, (size_t)length);
	if (err)
		sabin_diag_set(diag, err, path, 0, 0, "cannot write the chart's words: %s", sabin_strerror(err));
	free(path);
	return err;
}

/* Undo the doubling of backslashes that gnuplot asks for. */
static void halve_backslashes(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++) {
		if (from[0] == '\\' && from[1] == '\\')
			from++;
		*to++ = *from;
	}
	*to = '\0';
}

/* The text of `key` among the words; "" when there is none. */
static void find_words(const char *words, const char *key, char *out, size_t size)
{
	size_t key_length = strlen(key);
	*out = '\0';
	for (const char *line = words; line && *line;) {
		const char *end = strchr(line, '\n');
		if (!strncmp(line, key, key_length) && line[key_length] == '\t') {
			const char *text = line + key_length + 1;
			int length = end ? (int)(end - text) : (int)strlen(text);
			snprintf(out, size, "%.*s", length, text);
			halve_backslashes(out);
			return;
		}
		line = end ? end + 1 : NULL;
	}
}

static enum sabin_err name_svg(const struct drawing *drawing, char **bytes, size_t *length)
{
	char title[256], finding[1024], *words = NULL, *named = NULL;
	size_t words_length, named_length;
	char *path = sabin_path_join(drawing->folder, drawing->words);
	enum sabin_err err = SABIN_ENOMEM;
	if (path)
		err = read_bytes(path, &words, &words_length);
	if (!err) {
		find_words(words, "title", title, sizeof title);
		find_words(words, "finding", finding, sizeof finding);
		err = sabin_svg_name(*bytes, title, finding, &named, &named_length);
	}
	if (!err) {
		free(*bytes);
		*bytes = named;
		*length = named_length;
	}
	free(words);
	free(path);
	return err;
}

/* The picture in the folder; free() *bytes, also after an error. */
static enum sabin_err read_picture(const struct drawing *drawing, char **bytes, size_t *length,
                                   struct sabin_diag *diag)
{
	char *from = sabin_path_join(drawing->folder, drawing->picture);
	enum sabin_err err = from ? read_bytes(from, bytes, length) : SABIN_ENOMEM;
	free(from);
	if (err == SABIN_ENOMEM)
		return sabin_diag_set(diag, err, drawing->script, 0, 0, "out of memory");
	/* gnuplot may leave an empty file and still be content */
	if (err || *length == 0) {
		err = sabin_diag_set(diag, SABIN_EIO, drawing->script, 0, 0,
		                     "gnuplot drew nothing");
		sabin_diag_advise(diag, "does this gnuplot have the pngcairo, svg and pdfcairo "
		                        "terminals (gnuplot -e \"set terminal\")?");
		return err;
	}
	if (!strcmp(drawing->style->format, "svg"))
		err = name_svg(drawing, bytes, length);
	if (err)
		sabin_diag_set(diag, err, drawing->script, 0, 0,
		               err == SABIN_ENOMEM ? "out of memory" : "gnuplot drew no proper SVG");
	return err;
}

/* Move the picture out of the folder to the output's temporary. */
static enum sabin_err take_picture(const struct drawing *drawing, const char *to,
                                   struct sabin_diag *diag)
{
	char *bytes = NULL;
	size_t length = 0;
	enum sabin_err err = read_picture(drawing, &bytes, &length, diag);
	if (!err) {
		err = write_bytes(to, "we", bytes, length);
		if (err)
			sabin_diag_set(diag, err, to, 0, 0, "cannot write: %s", strerror(errno));
	}
	free(bytes);
	return err;
}

/* Copy one file of the folder to where the person keeps it; one that is there already and the same
 * is left alone, since the kinds share their theme. */
static enum sabin_err keep_file(const struct drawing *drawing, const char *name, bool force,
                                struct sabin_diag *diag)
{
	char *bytes = NULL, *old = NULL;
	size_t length = 0, old_length = 0;
	char *from = sabin_path_join(drawing->folder, name);
	char *to = sabin_path_join(drawing->style->keep, name);
	enum sabin_err err = from && to ? read_bytes(from, &bytes, &length) : SABIN_ENOMEM;
	if (err)
		sabin_diag_set(diag, err, from, 0, 0, "cannot read");
	else if (read_bytes(to, &old, &old_length) || old_length != length ||
	         memcmp(old, bytes, length) != 0)
		err = sabin_output_text(to, bytes, length, force, diag);
	free(bytes);
	free(old);
	free(from);
	free(to);
	return err;
}

/* Everything but the picture: script, theme, words and numbers. */
static enum sabin_err keep_all(const struct drawing *drawing, bool force, struct sabin_diag *diag)
{
	const char *keep = drawing->style->keep;
	if (mkdir(keep, 0777) && errno != EEXIST)
		return sabin_diag_set(diag, SABIN_EIO, keep, 0, 0, "cannot make this folder: %s",
		                      strerror(errno));
	DIR *entries = opendir(drawing->folder);
	if (!entries)
		return sabin_diag_set(diag, SABIN_EIO, drawing->folder, 0, 0, "cannot read: %s",
		                      strerror(errno));
	enum sabin_err err = SABIN_OK;
	for (struct dirent *entry; !err && (entry = readdir(entries));) {
		if (entry->d_type != DT_DIR && strcmp(entry->d_name, drawing->picture) != 0)
			err = keep_file(drawing, entry->d_name, force, diag);
	}
	closedir(entries);
	return err;
}

/* set: assignments before the script, or NULL */
static enum sabin_err run_script(const struct drawing *drawing, const char *set, bool window,
                                 struct sabin_diag *diag)
{
	char said[SABIN_GNUPLOT_SAID];
	struct sabin_gnuplot_job job = {
	    .folder = drawing->folder,
	    .script = drawing->script,
	    .set = set,
	    .window = window,
	};
	return sabin_gnuplot_run(&job, said, diag);
}

/* Scripts, numbers and words into a new folder. */
static enum sabin_err prepare(struct drawing *drawing, const struct sabin_chart_input *input,
                              struct sabin_diag *diag)
{
	enum sabin_err err = make_folder(drawing, diag);
	if (!err)
		err = fetch_script(drawing, "theme.gp", diag);
	if (!err)
		err = fetch_script(drawing, drawing->script, diag);
	if (err)
		return err;
	/* numbers are written with a point whatever the locale of the process */
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t old = plain ? uselocale(plain) : (locale_t)0;
	err = drawing->kind->write(input, drawing->folder, diag);
	if (plain) {
		uselocale(old);
		freelocale(plain);
	}
	return err ? err : add_style(drawing, diag);
}

static struct drawing begin(const struct sabin_chart_kind *kind, const struct sabin_chart_style *style)
{
	struct drawing drawing = {.kind = kind, .style = style, .alive = -1};
	snprintf(drawing.script, sizeof drawing.script, "%s.gp", kind->name);
	snprintf(drawing.words, sizeof drawing.words, "%s.meta", kind->name);
	snprintf(drawing.picture, sizeof drawing.picture, "%s.%s", kind->name, style->format);
	return drawing;
}

static void end(struct drawing *drawing)
{
	if (drawing->folder)
		sabin_tree_remove(drawing->folder);
	if (drawing->alive >= 0)
		close(drawing->alive);
	drawing->alive = -1;
	free(drawing->folder);
	drawing->folder = NULL;
}

enum sabin_err sabin_chart_draw(const struct sabin_chart_kind *kind,
                                const struct sabin_chart_input *input,
                                const struct sabin_chart_style *style, const char *target,
                                bool force, struct sabin_diag *diag)
{
	struct drawing drawing = begin(kind, style);
	struct sabin_output output = {0};
	enum sabin_err err = check_style(style, target, diag);
	if (err)
		return err;
	struct sabin_gnuplot_guard guard;
	sabin_gnuplot_guard(&guard);
	if (target)
		err = sabin_output_begin(&output, target, NULL, force, diag);
	if (!err)
		err = prepare(&drawing, input, diag);
	if (!err && style->show)
		err = run_script(&drawing, "fmt='window'", true, diag);
	if (!err && target)
		err = run_script(&drawing, NULL, false, diag);
	if (!err && target)
		err = take_picture(&drawing, output.temporary, diag);
	if (!err && style->keep)
		err = keep_all(&drawing, force, diag);
	if (!err && target)
		err = sabin_output_commit(&output, diag);
	sabin_output_abandon(&output);
	end(&drawing);
	sabin_gnuplot_unguard(&guard);
	return err;
}

/* The words that a picture without them leaves to its page. */
static enum sabin_err read_words(const struct drawing *drawing, struct sabin_chart_picture *out)
{
	char *words = NULL;
	size_t length = 0;
	char *path = sabin_path_join(drawing->folder, drawing->words);
	enum sabin_err err = path ? read_bytes(path, &words, &length) : SABIN_ENOMEM;
	if (!err) {
		find_words(words, "title", out->title, sizeof out->title);
		find_words(words, "finding", out->finding, sizeof out->finding);
		find_words(words, "caption", out->caption, sizeof out->caption);
		find_words(words, "method", out->method, sizeof out->method);
	}
	free(words);
	free(path);
	return err;
}

enum sabin_err sabin_chart_picture(const struct sabin_chart_kind *kind,
                                   const struct sabin_chart_input *input,
                                   const struct sabin_chart_style *style,
                                   struct sabin_chart_picture *out, struct sabin_diag *diag)
{
	const struct sabin_chart_style svg = {.theme = style->theme, .format = "svg", .plots = style->plots};
	struct drawing drawing = begin(kind, &svg);
	struct sabin_chart_picture made = {0};
	struct sabin_gnuplot_guard guard;
	size_t length = 0;
	enum sabin_err err = check_style(&svg, "", diag);
	if (err)
		return err;
	sabin_gnuplot_guard(&guard);
	err = prepare(&drawing, input, diag);
	if (!err)
		err = run_script(&drawing, style->narrow ? "bare=1;W=440" : "bare=1", false, diag);
	if (!err)
		err = read_picture(&drawing, &made.svg, &length, diag);
	if (!err) {
		err = read_words(&drawing, &made);
		if (err)
			sabin_diag_set(diag, err, drawing.words, 0, 0, "cannot read the chart's words: %s",
			               sabin_strerror(err));
	}
	end(&drawing);
	sabin_gnuplot_unguard(&guard);
	if (err)
		free(made.svg);
	else
		*out = made;
	return err;
}
