/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * banned.h: included before every file of the project; the names below do not compile.
 * Each has a bounded, reentrant or locale-free counterpart.
 */
#ifndef SABIN_BANNED_H
#define SABIN_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SABIN_BANNED(name) sorry_##name##_is_banned

#undef strcpy
#define strcpy(d, s) SABIN_BANNED(strcpy)
#undef strcat
#define strcat(d, s) SABIN_BANNED(strcat)
#undef strncpy
#define strncpy(d, s, n) SABIN_BANNED(strncpy)
#undef strtok
#define strtok(s, d) SABIN_BANNED(strtok)
#undef sprintf
#define sprintf(...) SABIN_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) SABIN_BANNED(vsprintf)
#undef gets
#define gets(s) SABIN_BANNED(gets)
#undef atof
#define atof(s) SABIN_BANNED(atof)
#undef atoi
#define atoi(s) SABIN_BANNED(atoi)
#undef atol
#define atol(s) SABIN_BANNED(atol)
#undef rand
#define rand() SABIN_BANNED(rand)
#undef srand
#define srand(s) SABIN_BANNED(srand)
#undef gmtime
#define gmtime(t) SABIN_BANNED(gmtime)
#undef localtime
#define localtime(t) SABIN_BANNED(localtime)
#undef ctime
#define ctime(t) SABIN_BANNED(ctime)
#undef system
#define system(c) SABIN_BANNED(system)
#undef open_memstream
#define open_memstream(t, n) SABIN_BANNED(open_memstream)
#undef popen
#define popen(c, m) SABIN_BANNED(popen)

#endif
