// Values that a search parameter's path leads to. Private to the room.
#pragma once

#include "fhir/definitions.h"
#include "json/document.h"

namespace salus::fhir {

namespace path {

template <class Visit>
void follow(json::Value value, SearchPath const& path, std::size_t step, Visit& visit) {
    if (value.is_array()) {
        for (auto const each : value.elements()) follow(each, path, step, visit);
        return;
    }
    if (!path.where_name.empty() && path.where_step == step) {
        auto const filter = value.member(path.where_name.text());
        if (!filter || !filter->is_text(path.where_value.text())) return;
    }
    if (step == path.steps.size()) {
        if (!value.is_null()) visit(value);
        return;
    }
    if (auto const next = value.member(path.steps[step].text()))
        follow(*next, path, step + 1, visit);
}

}  // namespace path

// Calls visit(json::Value) for each value, in document order; lists are flattened. The recursion
// is as deep as the path and the document allow.
template <class Visit>
void for_each_value(json::Value resource, SearchPath const& search_path, Visit visit) {
    path::follow(resource, search_path, 0, visit);
}

}  // namespace salus::fhir
