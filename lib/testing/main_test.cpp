// The main of every module's test program: a UTF-8 locale first, as in the shipped binary.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <clocale>

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  doctest::Context context(argc, argv);
  return context.run();
}
