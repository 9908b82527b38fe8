// What every Observation begins with. For the writers of Observations in this room.
#pragma once

#include "sample_data/chart.h"

namespace salus::sample_data {

struct ObservationHead {
    EntryType const& type;
    Code category;
    Code code;
    Seconds effective;
    Code also_coded{};  // a second coding of the same thing; empty for none
};

// Begins the entry and writes status, category, code, subject, encounter and time; the caller
// writes the value and ends the entry. Returns the entry's uuid.
std::string begin_observation(Chart& chart, Visit const& visit, ObservationHead const& head);

}  // namespace salus::sample_data
