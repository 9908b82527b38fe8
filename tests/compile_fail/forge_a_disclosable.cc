// Only narrowing, which removes what may not leave, makes a Disclosable (MIN-1).
// EXPECT: calling a private constructor of class 'salus::request::Disclosable'
// EXPECT: Disclosable::Disclosable\(.*is private
#include "request/disclosable.h"

using salus::request::Disclosable;

std::size_t leak(salus::http::Response response, salus::RequestId request) {
#ifdef FORBIDDEN
    return Disclosable(std::move(response), std::move(request)).size();
#else
    return response.body.size() + request.text().size();
#endif
}
