#include "fhir/element_path.h"

namespace salus::fhir {

Location ElementPath::location() const {
    Location where(root_->name);
    for (std::size_t i = 0; i < depth_; ++i) {
        auto const& [element, index] = steps_.at(i);
        if (element->choice != 0)
            where.append_choice(element->name, element->type->name);
        else
            where.append(element->name);
        if (index != kNoIndex) where.append_index(index);
    }
    return where;
}

}  // namespace salus::fhir
