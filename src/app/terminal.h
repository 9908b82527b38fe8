// What commands say to the operator. Names of files and settings are the operator's own and may be
// shown; contents of requests and resources never are.
#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace salus::app {

// "salus: what" on standard error.
void say_problem(std::string_view what);
// With the next step on a line of its own.
void say_problem(std::string_view what, std::string_view next);
void say(std::string_view line);

// A line that is redrawn on a terminal, and printed now and then where there is none.
class ProgressBar {
public:
    enum class Show { yes, no };
    ProgressBar(std::size_t total, Show show) : total_(total), show_(show) {}
    void advance(std::size_t done, std::string_view note);
    void finish();

private:
    std::size_t total_;
    Show show_;
    std::size_t last_shown_percent_ = 101;
};

}  // namespace salus::app
