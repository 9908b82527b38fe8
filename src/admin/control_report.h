// What `salus check` shows: the catalogue of controls with the state of each, and the evidence read
// from the running instance when asked (GOV-6). No constant answers: a control is enforced only
// when what was just read says so.
#pragma once

#include <string>
#include <vector>

#include "foundation/literal.h"
#include "request/prepared.h"

namespace salus::admin {

enum class ControlState { enforced, partly, not_yet, failing };

struct ControlLine {
    Literal id;  // "ENC-1"
    Literal title;
    ControlState state;
    std::string evidence;  // numbers, versions and names read at this moment; never ePHI
};

class ControlReport {
public:
    virtual ~ControlReport() = default;
    // Reads everything anew; some milliseconds. Any thread.
    [[nodiscard]] virtual std::vector<ControlLine> read() const = 0;
};

[[nodiscard]] Literal name_of(ControlState state) noexcept;
// GET /admin/check: the report as JSON.
[[nodiscard]] request::Prepared control_check(ControlReport const& report);

}  // namespace salus::admin
