#pragma once

#include <curl/curl.h>

// Swift cannot call variadic functions or the macros around them: one typed twin for each kind of argument.

typedef size_t (*curlhttp_data_callback)(char *data, size_t size, size_t count, void *context);
typedef int (*curlhttp_prereq_callback)(
    void *context, char *remote_ip, char *local_ip, int remote_port, int local_port);

static inline CURLcode curlhttp_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curlhttp_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curlhttp_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curlhttp_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curlhttp_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curlhttp_set_data_callback(CURL *easy, CURLoption option, curlhttp_data_callback value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode curlhttp_set_prereq_callback(CURL *easy, curlhttp_prereq_callback value) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}

static inline CURLcode curlhttp_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode curlhttp_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLcode curlhttp_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}
