# SPDX-License-Identifier: MIT
# Whatever weft::fabric offers is documented, as doxygen sees it; and a name that is not would be noticed.

cmake_minimum_required(VERSION 3.25)
find_program(doxygen doxygen)
if(NOT doxygen)
  message("SKIPPED: doxygen is not installed")
  return()
endif()

# is_special(<warning> <out>): whether it is about a member that needs no words: one that copies, moves, compares,
# converts to bool, destroys, or overrides.
function(is_special warning out)
  set(${out} FALSE PARENT_SCOPE)
  if(warning MATCHES "Member (~|operator(=|==|<=>| bool)\\()" OR warning MATCHES "[) ]override[ =]")
    set(${out} TRUE PARENT_SCOPE)
  elseif(warning MATCHES "Member ([a-z0-9_]+)\\(([^,()]*)\\).* of (class|struct) (.*::)?([a-z0-9_]+)(<.*)? is not ")
    set(class ${CMAKE_MATCH_5})
    if(class STREQUAL CMAKE_MATCH_1 AND CMAKE_MATCH_2 MATCHES "^(const )?${class}( const)? &&?[a-z_]*$")
      set(${out} TRUE PARENT_SCOPE)
    endif()
  endif()
endfunction()

# undocumented(<folder> <headers> <out>): what doxygen misses in a header, or a folder of them. It writes into <folder>.
function(undocumented folder headers out)
  file(CONFIGURE OUTPUT ${folder}/Doxyfile @ONLY CONTENT [[
INPUT = "@headers@"
OUTPUT_DIRECTORY = "@folder@"
RECURSIVE = YES
DISTRIBUTE_GROUP_DOC = YES
EXTRACT_ALL = NO
WARN_IF_UNDOCUMENTED = YES
QUIET = YES
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_XML = YES
]])
  execute_process(COMMAND ${doxygen} ${folder}/Doxyfile OUTPUT_QUIET ERROR_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "\n +" ", " said "${said}")  # the parameters that a warning is about
  string(REGEX MATCHALL "[^\n]+" warnings "${said}")
  # Its own trouble with a specialisation of std's.
  list(FILTER warnings EXCLUDE REGEX "Internal inconsistency: scope for class std::")
  set(missed "")
  foreach(warning IN LISTS warnings)
    is_special("${warning}" special)
    if(NOT special)
      list(APPEND missed "${warning}")
    endif()
  endforeach()
  set(${out} "${missed}" PARENT_SCOPE)
endfunction()

set(folder ${CMAKE_CURRENT_BINARY_DIR}/doxygen)
cmake_path(SET root NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/../..)

undocumented(${folder}/fabric ${root}/include/weft/fabric missed)
if(missed)
  list(JOIN missed "\n  " missed)
  message(SEND_ERROR "not documented:\n  ${missed}")
endif()

# It can fail: the names with `bad` are caught, and no others.
file(WRITE ${folder}/sample.hpp [[
/// One.
namespace sample {
/// One.
class thing {
 public:
  thing(thing const& other);
  thing(thing&&) noexcept;
  thing& operator=(thing const&);
  explicit operator bool() const;
  virtual ~thing();
  friend bool operator==(thing const&, thing const&) = default;
  explicit thing(int bad_1);
  void bad_2();
  /// \param a one of two
  void bad_3(int a, int b);
  /// Each of them.
  ///@{
  virtual int first() const;
  int second() const;
  ///@}
  int third;  ///< as well
  bool operator()(int bad_4) const;
};
struct bad_5 {
  int fourth;  ///< as well
};
int bad_6();
}  // namespace sample
]])
undocumented(${folder}/sample ${folder}/sample.hpp missed)
foreach(n RANGE 1 6)
  set(of_it "${missed}")
  list(FILTER of_it INCLUDE REGEX "bad_${n}")
  list(LENGTH of_it times)
  if(NOT times EQUAL 1)
    message(SEND_ERROR "bad_${n} is reported ${times} times, not once")
  endif()
endforeach()
list(FILTER missed EXCLUDE REGEX "bad_")
if(missed)
  list(JOIN missed "\n  " missed)
  message(SEND_ERROR "reported, but documented or special:\n  ${missed}")
endif()
