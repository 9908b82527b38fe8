// Inside the room: the catalogue of controls, in order: id, title, how its evidence is read, and
// what it still lacks. The one line to add when a control comes to life.
#pragma once

#include <span>

#include "app/control_readings.h"

namespace salus::app {

struct Control {
    Literal id;
    Literal title;
    Reading reading;  // null: there is nothing to read, and the control is not yet there
    Literal missing;  // not empty: whatever the reading finds, the control is partly there at best
};

[[nodiscard]] std::span<Control const> control_catalogue() noexcept;
[[nodiscard]] admin::ControlLine read_control(Control const& control,
                                              EvidenceContext const& context);

}  // namespace salus::app
