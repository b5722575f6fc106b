select * from raw._meta_build
