// The control functions for Java: io.nudge.emulator.Emulator's native methods.
#include <jni.h>

#include <string>

#include "control/control.h"

namespace {

std::string text(JNIEnv* env, jstring s) {
  const char* chars = env->GetStringUTFChars(s, nullptr);
  std::string result = chars ? chars : "";
  if (chars) env->ReleaseStringUTFChars(s, chars);
  return result;
}

}  // namespace

#define NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_io_nudge_emulator_EmulatorNatives_##name

NATIVE(jboolean, set)(JNIEnv* env, jclass, jstring name, jstring value) { return jboolean(emu_set(text(env, name).c_str(), text(env, value).c_str()) != 0); }
NATIVE(void, defaults)(JNIEnv*, jclass) { emu_defaults(); }
NATIVE(void, reset)(JNIEnv*, jclass) { emu_reset(); }
NATIVE(void, checkLeaks)(JNIEnv*, jclass) { emu_check_leaks(); }
NATIVE(void, drain)(JNIEnv*, jclass) { emu_drain(); }
NATIVE(jint, reportCount)(JNIEnv*, jclass) { return jint(emu_report_count()); }
NATIVE(jstring, reportKind)(JNIEnv* env, jclass, jint i) { return env->NewStringUTF(emu_report_kind(size_t(i))); }
NATIVE(jstring, reportText)(JNIEnv* env, jclass, jint i) { return env->NewStringUTF(emu_report_text(size_t(i))); }
NATIVE(void, clearReports)(JNIEnv*, jclass) { emu_clear_reports(); }
NATIVE(jlong, counter)(JNIEnv* env, jclass, jstring name) { return jlong(emu_counter(text(env, name).c_str())); }
NATIVE(jstring, counters)(JNIEnv* env, jclass) { return env->NewStringUTF(emu_counters()); }
NATIVE(void, clearCounters)(JNIEnv*, jclass) { emu_clear_counters(); }
NATIVE(void, fail)(JNIEnv* env, jclass, jstring call, jlong nth, jint code) { emu_fail(text(env, call).c_str(), uint64_t(nth), int(code)); }
